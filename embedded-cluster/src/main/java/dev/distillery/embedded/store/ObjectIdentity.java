package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.ThreadLocalRandom;

/** Whether the object in a request is the one that its URL names. */
final class ObjectIdentity {
    private static final String NAME_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

    private ObjectIdentity() {}

    static void requireType(ResourceType type, ObjectNode object) {
        String apiVersion = object.path("apiVersion").asText(type.apiVersion());
        String kind = object.path("kind").asText(type.kind());
        if (!apiVersion.equals(type.apiVersion()) || !kind.equals(type.kind())) {
            throw StatusException.badRequest("%s, Kind=%s in the data does not match the expected %s, Kind=%s"
                    .formatted(apiVersion, kind, type.apiVersion(), type.kind()));
        }
        object.put("apiVersion", apiVersion).put("kind", kind);
    }

    /** @param wanted may leave out what says which it is; what it has must be that of the current object */
    static void requireSame(ResourceType type, ObjectKey key, ObjectNode current, ObjectNode wanted) {
        String name = Metadata.name(wanted);
        String namespace = Metadata.namespace(wanted);
        if (!name.isEmpty() && !name.equals(key.name())) {
            throw StatusException.badRequest(
                    "the name of the object (%s) does not match the name on the URL (%s)".formatted(name, key.name()));
        }
        if (!namespace.isEmpty() && !namespace.equals(key.namespace())) {
            throw StatusException.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
        String uid = Metadata.uid(wanted);
        if (!uid.isEmpty() && !uid.equals(Metadata.uid(current))) {
            throw StatusException.conflict(
                    type,
                    name,
                    "Precondition failed: UID in precondition: %s, UID in object meta: %s"
                            .formatted(uid, Metadata.uid(current)));
        }
        String version = Metadata.resourceVersion(wanted);
        if (!version.isEmpty() && !version.equals(Metadata.resourceVersion(current))) {
            throw StatusException.staleVersion(type, key.name());
        }
    }

    /** Gives a new object the name that it asks to be made up, and the namespace of the request. */
    static void complete(ResourceType type, String namespace, ObjectNode object) {
        ObjectNode metadata = Metadata.of(object);
        if (Metadata.name(object).isEmpty() && metadata.hasNonNull("generateName")) {
            StringBuilder name = new StringBuilder(metadata.get("generateName").asText());
            ThreadLocalRandom.current()
                    .ints(5, 0, NAME_ALPHABET.length())
                    .forEach(index -> name.append(NAME_ALPHABET.charAt(index)));
            metadata.put("name", name.toString());
        }
        if (!type.namespaced()) {
            metadata.remove("namespace");
            return;
        }
        String own = Metadata.namespace(object);
        if (!own.isEmpty() && !own.equals(namespace)) {
            throw StatusException.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
        metadata.put("namespace", namespace);
    }
}
