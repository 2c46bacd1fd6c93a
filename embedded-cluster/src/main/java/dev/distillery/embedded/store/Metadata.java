package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Reads and writes of {@code metadata} that more than one class needs. Absent text reads as empty. */
public final class Metadata {
    private Metadata() {}

    public static String name(JsonNode object) {
        return text(object, "name");
    }

    public static String namespace(JsonNode object) {
        return text(object, "namespace");
    }

    public static String uid(JsonNode object) {
        return text(object, "uid");
    }

    public static String resourceVersion(JsonNode object) {
        return text(object, "resourceVersion");
    }

    public static boolean isTerminating(JsonNode object) {
        return object.path("metadata").hasNonNull("deletionTimestamp");
    }

    static boolean hasFinalizers(JsonNode object) {
        return !object.path("metadata").path("finalizers").isEmpty();
    }

    static ObjectNode of(ObjectNode object) {
        return object.withObjectProperty("metadata");
    }

    static void addFinalizer(ObjectNode object, String finalizer) {
        ArrayNode finalizers = of(object).withArrayProperty("finalizers");
        for (JsonNode present : finalizers) {
            if (present.asText().equals(finalizer)) {
                return;
            }
        }
        finalizers.add(finalizer);
    }

    static void removeFinalizer(ObjectNode object, String finalizer) {
        if (of(object).get("finalizers") instanceof ArrayNode finalizers) {
            Json.removeItems(finalizers, present -> present.asText().equals(finalizer));
            if (finalizers.isEmpty()) {
                of(object).remove("finalizers");
            }
        }
    }

    static boolean isOwnedBy(JsonNode object, String uid) {
        for (JsonNode owner : object.path("metadata").path("ownerReferences")) {
            if (owner.path("uid").asText().equals(uid)) {
                return true;
            }
        }
        return false;
    }

    /** Kubernetes writes times to the second. */
    static String timestamp(Clock clock) {
        return timestamp(clock.instant());
    }

    static String timestamp(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String text(JsonNode object, String field) {
        return object.path("metadata").path(field).asText("");
    }
}
