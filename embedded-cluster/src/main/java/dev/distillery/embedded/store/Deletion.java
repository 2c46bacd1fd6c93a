package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Deletion with finalizers, a pod's grace period and the garbage collection of what the deleted object owned. Every
 * method is called under the store's lock.
 */
final class Deletion {
    private static final String FOREGROUND_FINALIZER = "foregroundDeletion";
    private static final String CONTENT_FINALIZER = "kubernetes";
    private static final String INSTANCES_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";
    private static final long DEFAULT_GRACE_PERIOD_SECONDS = 30;

    private final ObjectStore store;
    private final ResourceTypes types;
    private final Clock clock;

    Deletion(ObjectStore store, ResourceTypes types, Clock clock) {
        this.store = store;
        this.types = types;
        this.clock = clock;
    }

    /** @return the object as it is now, or empty when it is gone at once */
    Optional<ObjectNode> delete(ResourceType type, ObjectKey key, ObjectNode current, DeleteOptions options) {
        ObjectNode next = current.deepCopy();
        String uid = Metadata.uid(current);
        switch (options.propagation().orElseGet(() -> defaultPropagation(type))) {
            case ORPHAN -> orphanDependents(uid);
            case FOREGROUND -> {
                if (!dependents(uid).isEmpty()) {
                    Metadata.addFinalizer(next, FOREGROUND_FINALIZER);
                }
            }
            case BACKGROUND -> Metadata.removeFinalizer(next, FOREGROUND_FINALIZER);
        }
        if (type.is("Namespace")) {
            Metadata.addFinalizer(next, CONTENT_FINALIZER);
            next.withObjectProperty("status").put("phase", "Terminating");
        } else if (type.is("CustomResourceDefinition")) {
            Metadata.addFinalizer(next, INSTANCES_FINALIZER);
        }
        long gracePeriodSeconds = gracePeriodSeconds(type, current, options);
        if (!Metadata.hasFinalizers(next) && gracePeriodSeconds == 0) {
            expunge(key, next);
            return Optional.empty();
        }
        if (markTerminating(next, gracePeriodSeconds) || !next.equals(current)) {
            store.put(key, next);
        }
        collectContent(type, next);
        return store.find(key);
    }

    /** Whether a terminating object has nothing left to wait for. */
    boolean isReleased(ObjectNode object) {
        return Metadata.isTerminating(object)
                && !Metadata.hasFinalizers(object)
                && object.path("metadata").path("deletionGracePeriodSeconds").asLong() == 0;
    }

    /** Removes the object for good, collects what only it owned and completes deletions that waited for this one. */
    void expunge(ObjectKey key, ObjectNode last) {
        store.remove(key, last);
        for (ObjectKey dependent : dependents(Metadata.uid(last))) {
            collect(dependent);
        }
        for (JsonNode owner : last.path("metadata").path("ownerReferences")) {
            store.findByUid(owner.path("uid").asText()).ifPresent(this::completeForeground);
        }
        if (!key.namespace().isEmpty()) {
            completeNamespace(types.builtin("Namespace").key("", key.namespace()));
        }
        for (ObjectKey definition :
                store.keys(object -> object.path("kind").asText().equals("CustomResourceDefinition")
                        && Metadata.isTerminating(object)
                        && Metadata.name(object).equals(key.plural() + "." + key.group()))) {
            completeDefinition(definition);
        }
    }

    /** Deletes an object whose owners are all absent. */
    void collectIfOwnerless(ObjectKey key) {
        boolean owned = store.find(key)
                .map(object -> !object.path("metadata").path("ownerReferences").isEmpty())
                .orElse(false);
        if (owned) {
            collect(key);
        }
    }

    private void collect(ObjectKey key) {
        Optional<ObjectNode> found = store.find(key);
        if (found.isEmpty() || Metadata.isTerminating(found.get())) {
            return;
        }
        for (JsonNode owner : found.get().path("metadata").path("ownerReferences")) {
            if (store.findByUid(owner.path("uid").asText()).isPresent()) {
                return;
            }
        }
        delete(types.of(key), key, found.get(), DeleteOptions.background());
    }

    private void collectContent(ResourceType type, ObjectNode object) {
        String name = Metadata.name(object);
        String uid = Metadata.uid(object);
        if (type.is("Namespace")) {
            store.keys(content -> Metadata.namespace(content).equals(name)).forEach(this::deleteNow);
            completeNamespace(type.key("", name));
        } else if (type.is("CustomResourceDefinition")) {
            instances(object).forEach(this::deleteNow);
            completeDefinition(type.key("", name));
        }
        for (JsonNode finalizer : object.path("metadata").path("finalizers")) {
            if (finalizer.asText().equals(FOREGROUND_FINALIZER)) {
                dependents(uid).forEach(this::deleteNow);
                store.findByUid(uid).ifPresent(this::completeForeground);
            }
        }
    }

    private void deleteNow(ObjectKey key) {
        store.find(key)
                .filter(object -> !Metadata.isTerminating(object))
                .ifPresent(object -> delete(types.of(key), key, object, DeleteOptions.background()));
    }

    private void completeForeground(ObjectKey owner) {
        store.find(owner)
                .filter(object -> dependents(Metadata.uid(object)).isEmpty())
                .ifPresent(object -> release(owner, object, FOREGROUND_FINALIZER));
    }

    private void completeNamespace(ObjectKey namespace) {
        store.find(namespace)
                .filter(object -> store.keys(
                                content -> Metadata.namespace(content).equals(namespace.name()))
                        .isEmpty())
                .ifPresent(object -> release(namespace, object, CONTENT_FINALIZER));
    }

    private void completeDefinition(ObjectKey definition) {
        store.find(definition)
                .filter(object -> instances(object).isEmpty())
                .ifPresent(object -> release(definition, object, INSTANCES_FINALIZER));
    }

    private void release(ObjectKey key, ObjectNode object, String finalizer) {
        if (!Metadata.isTerminating(object)) {
            return;
        }
        ObjectNode next = object.deepCopy();
        Metadata.removeFinalizer(next, finalizer);
        if (isReleased(next)) {
            expunge(key, next);
        } else if (!next.equals(object)) {
            store.put(key, next);
        }
    }

    private boolean markTerminating(ObjectNode object, long gracePeriodSeconds) {
        ObjectNode metadata = Metadata.of(object);
        boolean marked = Metadata.isTerminating(object);
        if (marked && metadata.path("deletionGracePeriodSeconds").asLong() <= gracePeriodSeconds) {
            return false;
        }
        metadata.put("deletionTimestamp", Metadata.timestamp(clock.instant().plusSeconds(gracePeriodSeconds)));
        metadata.put("deletionGracePeriodSeconds", gracePeriodSeconds);
        if (metadata.has("generation") && !marked) {
            metadata.put("generation", metadata.get("generation").asLong() + 1);
        }
        return true;
    }

    private List<ObjectKey> instances(ObjectNode definition) {
        String group = definition.path("spec").path("group").asText();
        String plural = definition.path("spec").path("names").path("plural").asText();
        ObjectKey sample = new ObjectKey(group, plural, "", "");
        return store.keys(object -> true).stream().filter(sample::sameResource).toList();
    }

    private List<ObjectKey> dependents(String uid) {
        return store.keys(object -> Metadata.isOwnedBy(object, uid));
    }

    private void orphanDependents(String uid) {
        for (ObjectKey key : dependents(uid)) {
            ObjectNode next = store.find(key).orElseThrow().deepCopy();
            ObjectNode metadata = Metadata.of(next);
            Json.removeItems(
                    metadata.withArrayProperty("ownerReferences"),
                    owner -> owner.path("uid").asText().equals(uid));
            if (metadata.path("ownerReferences").isEmpty()) {
                metadata.remove("ownerReferences");
            }
            store.put(key, next);
        }
    }

    /** Jobs of {@code batch/v1} orphan their pods unless told otherwise, as in Kubernetes. */
    private static DeleteOptions.Propagation defaultPropagation(ResourceType type) {
        return type.is("Job") ? DeleteOptions.Propagation.ORPHAN : DeleteOptions.Propagation.BACKGROUND;
    }

    /** Only a pod that has been given to a node and still runs is waited for. */
    private static long gracePeriodSeconds(ResourceType type, ObjectNode object, DeleteOptions options) {
        String phase = object.path("status").path("phase").asText();
        boolean running = object.path("spec").has("nodeName") && !phase.equals("Succeeded") && !phase.equals("Failed");
        if (!type.is("Pod") || !running) {
            return 0;
        }
        return options.gracePeriodSeconds()
                .orElse(object.path("spec")
                        .path("terminationGracePeriodSeconds")
                        .asLong(DEFAULT_GRACE_PERIOD_SECONDS));
    }
}
