package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The write verbs of the API. Each is one atomic step and fails with a {@link StatusException}. */
public final class ObjectWriter {
    private static final List<String> SYSTEM_METADATA = List.of(
            "uid",
            "name",
            "namespace",
            "creationTimestamp",
            "generation",
            "resourceVersion",
            "generateName",
            "deletionTimestamp",
            "deletionGracePeriodSeconds");

    private final ObjectStore store;
    private final ResourceTypes types;
    private final Admission admission;
    private final Deletion deletion;
    private final Clock clock;

    public ObjectWriter(ObjectStore store, ResourceTypes types, Clock clock) {
        this.store = store;
        this.types = types;
        this.clock = clock;
        this.admission = new Admission(clock);
        this.deletion = new Deletion(store, types, clock);
        store.onChange(this::followDefinitions);
    }

    /** @param created whether an apply made the object */
    public record Written(ObjectNode object, boolean created) {}

    public ObjectNode create(ResourceType type, String namespace, ObjectNode object, WriteOptions options) {
        synchronized (store) {
            ObjectIdentity.requireType(type, object);
            ObjectNode next = object.deepCopy();
            Metadata.of(next).remove("managedFields");
            return insert(type, namespace, next, options, FieldOwner.updating(options.manager(), ""), Map.of());
        }
    }

    /**
     * Replaces the object, or with {@code subresource = "status"} its status, by what {@code change} makes of it.
     *
     * @param change receives the current object and may return a changed copy
     */
    public ObjectNode update(
            ResourceType type,
            ObjectKey key,
            String subresource,
            UnaryOperator<ObjectNode> change,
            WriteOptions options) {
        synchronized (store) {
            ObjectNode current = require(type, key);
            ObjectNode wanted = change.apply(current);
            ObjectIdentity.requireType(type, wanted);
            ObjectIdentity.requireSame(type, key, current, wanted);
            ObjectNode next = scoped(type, current, wanted.deepCopy(), subresource);
            Metadata.of(next).set("managedFields", ownersAfterUpdate(current, wanted));
            return commit(type, key, current, next, subresource, options, updated -> {
                ManagedFields fields = managedFields(type, updated);
                Shape shape = type.shape();
                fields.recordUpdate(
                        FieldOwner.updating(options.manager(), subresource),
                        FieldValues.of(current, shape),
                        FieldValues.of(updated, shape));
                fields.writeTo(updated);
            });
        }
    }

    /** Server-side apply: creates the object where it is absent, whatever resource version the intent names. */
    public Written apply(
            ResourceType type, ObjectKey key, String subresource, ObjectNode intent, WriteOptions options) {
        synchronized (store) {
            ObjectIdentity.requireType(type, intent);
            if (!intent.path("metadata").path("managedFields").isEmpty()) {
                throw StatusException.badRequest("metadata.managedFields must be nil");
            }
            ObjectNode applied = intended(type, intent, subresource);
            admission.prune(type, applied, options);
            FieldOwner owner = FieldOwner.applying(options.manager(), subresource);
            Map<FieldPath, JsonNode> values = FieldValues.of(applied, type.shape());
            Optional<ObjectNode> current = store.find(key).map(object -> Versions.present(type, object));
            if (current.isEmpty()) {
                if (!subresource.isEmpty()) {
                    throw StatusException.notFound(type, key.name());
                }
                Metadata.of(applied).put("name", key.name());
                return new Written(insert(type, key.namespace(), applied, options, owner, values), true);
            }
            ObjectIdentity.requireSame(type, key, current.get(), intent);
            return new Written(applyTo(type, key, current.get(), owner, applied, values, options), false);
        }
    }

    /** @return the object as it is now, or empty when it is gone at once */
    public Optional<ObjectNode> delete(ResourceType type, ObjectKey key, DeleteOptions options) {
        synchronized (store) {
            ObjectNode current = require(type, key);
            boolean sameUid = options.uid().isEmpty() || options.uid().equals(Metadata.uid(current));
            boolean sameVersion = options.resourceVersion().isEmpty()
                    || options.resourceVersion().equals(Metadata.resourceVersion(current));
            if (!sameUid || !sameVersion) {
                throw StatusException.conflict(type, key.name(), "the preconditions of the deletion are not met");
            }
            return options.dryRun() ? Optional.of(current) : deletion.delete(type, key, current, options);
        }
    }

    private ObjectNode insert(
            ResourceType type,
            String namespace,
            ObjectNode object,
            WriteOptions options,
            FieldOwner owner,
            Map<FieldPath, JsonNode> applied) {
        ObjectNode metadata = Metadata.of(object);
        if (type.statusSubresource()) {
            object.remove("status");
        }
        ObjectIdentity.complete(type, namespace, object);
        ObjectKey key = type.keyOf(object);
        if (store.find(key).isPresent()) {
            throw StatusException.alreadyExists(type, key.name());
        }
        requireActiveNamespace(type, key);
        metadata.remove(List.of("resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"));
        metadata.put("uid", UUID.randomUUID().toString()).put("creationTimestamp", Metadata.timestamp(clock));
        if (type.tracksGeneration()) {
            metadata.put("generation", 1L);
        }
        admission.admit(type, object, Optional.empty(), options);
        ManagedFields fields = managedFields(type, object);
        if (owner.operation().equals("Apply")) {
            fields.recordApply(owner, applied, Map.of());
        } else {
            fields.recordUpdate(owner, Map.of(), FieldValues.of(object, type.shape()));
        }
        fields.writeTo(object);
        if (options.dryRun()) {
            return object;
        }
        ObjectNode stored = store.put(key, object);
        deletion.collectIfOwnerless(key);
        return stored;
    }

    private ObjectNode applyTo(
            ResourceType type,
            ObjectKey key,
            ObjectNode current,
            FieldOwner owner,
            ObjectNode applied,
            Map<FieldPath, JsonNode> values,
            WriteOptions options) {
        Shape shape = type.shape();
        Map<FieldPath, JsonNode> live = FieldValues.of(current, shape);
        ManagedFields fields = managedFields(type, current);
        List<StatusException.Cause> conflicts = fields.conflicts(owner, values, live);
        if (!conflicts.isEmpty() && !options.force()) {
            throw StatusException.applyConflict(conflicts);
        }
        Set<FieldPath> abandoned = new HashSet<>(fields.of(owner));
        abandoned.removeAll(values.keySet());
        fields.recordApply(owner, values, live);
        ObjectNode next = (ObjectNode) ApplyMerge.overlay(current.deepCopy(), applied, shape);
        ApplyMerge.remove(next, abandoned, fields.ofAll(), shape);
        fields.writeTo(next);
        return commit(type, key, current, next, owner.subresource(), options, updated -> {});
    }

    /** @param recordOwners called once the object is admitted */
    private ObjectNode commit(
            ResourceType type,
            ObjectKey key,
            ObjectNode current,
            ObjectNode next,
            String subresource,
            WriteOptions options,
            Consumer<ObjectNode> recordOwners) {
        ObjectNode metadata = Metadata.of(next);
        for (String field : SYSTEM_METADATA) {
            JsonNode value = current.path("metadata").path(field);
            if (value.isMissingNode()) {
                metadata.remove(field);
            } else {
                metadata.set(field, value);
            }
        }
        admission.admit(type, next, Optional.of(current), options);
        recordOwners.accept(next);
        if (withoutOwners(next).equals(withoutOwners(current)) && ManagedFields.sameOwners(next, current)) {
            return current;
        }
        boolean specChanged = subresource.isEmpty() && !desiredState(next).equals(desiredState(current));
        if (type.tracksGeneration() && specChanged) {
            metadata.put("generation", metadata.path("generation").asLong() + 1);
        }
        if (options.dryRun()) {
            return next;
        }
        if (deletion.isReleased(next)) {
            deletion.expunge(key, next);
            return next;
        }
        return store.put(key, next);
    }

    private ObjectNode require(ResourceType type, ObjectKey key) {
        return store.find(key)
                .map(object -> Versions.present(type, object))
                .orElseThrow(() -> StatusException.notFound(type, key.name()));
    }

    private void requireActiveNamespace(ResourceType type, ObjectKey key) {
        if (!type.namespaced()) {
            return;
        }
        ResourceType namespaces = types.builtin("Namespace");
        ObjectNode namespace = require(namespaces, namespaces.key("", key.namespace()));
        if (Metadata.isTerminating(namespace)) {
            throw StatusException.forbidden(
                    type,
                    key.name(),
                    "unable to create new content in namespace %s because it is being terminated"
                            .formatted(key.namespace()));
        }
    }

    private ManagedFields managedFields(ResourceType type, ObjectNode object) {
        return ManagedFields.of(object, type.apiVersion(), Metadata.timestamp(clock));
    }

    private void followDefinitions(ChangeEvent event) {
        if (event.key().plural().equals("customresourcedefinitions")) {
            if (event.type() == ChangeEvent.Type.DELETED) {
                types.forget(event.object());
            } else {
                types.define(event.object());
            }
        }
    }

    /** The part of a full replacement that the request may change. */
    private static ObjectNode scoped(ResourceType type, ObjectNode current, ObjectNode wanted, String subresource) {
        boolean status = subresource.equals("status");
        ObjectNode next = status ? current.deepCopy() : wanted;
        if (status || type.statusSubresource()) {
            JsonNode value = (status ? wanted : current).path("status");
            if (value.isMissingNode()) {
                next.remove("status");
            } else {
                next.set("status", value);
            }
        }
        return next;
    }

    /** The part of an applied intent that the request may own. */
    private static ObjectNode intended(ResourceType type, ObjectNode intent, String subresource) {
        ObjectNode applied = intent.deepCopy();
        if (subresource.equals("status")) {
            applied.retain("apiVersion", "kind", "status");
        } else if (type.statusSubresource()) {
            applied.remove("status");
        }
        ObjectNode metadata = Metadata.of(applied);
        Json.dropNulls(metadata);
        metadata.remove(List.of(
                "managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "deletionTimestamp"));
        if (type.custom().isEmpty()) {
            Json.dropNulls(applied);
        }
        return applied;
    }

    /** A client may rewrite the owners (kubectl does when it moves to server-side apply), but not drop them. */
    private static JsonNode ownersAfterUpdate(ObjectNode current, ObjectNode wanted) {
        JsonNode own = wanted.path("metadata").path("managedFields");
        JsonNode present = current.path("metadata").path("managedFields");
        if (own.isArray() && !own.isEmpty()) {
            return own.deepCopy();
        }
        return present.isMissingNode() ? Json.array() : present.deepCopy();
    }

    private static ObjectNode withoutOwners(ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        Metadata.of(copy).remove("managedFields");
        return copy;
    }

    private static ObjectNode desiredState(ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        copy.remove(List.of("metadata", "status"));
        return copy;
    }
}
