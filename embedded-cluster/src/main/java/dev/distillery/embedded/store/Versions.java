package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * An object is stored in the version that it was last written in and read in any served one. Versions of a custom
 * resource differ in {@code apiVersion} only (conversion strategy {@code None}); the two event APIs also in names.
 */
public final class Versions {
    private static final Map<String, String> EVENT_NAMES_FROM_CORE = Map.of(
            "involvedObject", "regarding",
            "message", "note",
            "source", "deprecatedSource",
            "count", "deprecatedCount",
            "firstTimestamp", "deprecatedFirstTimestamp",
            "lastTimestamp", "deprecatedLastTimestamp",
            "reportingComponent", "reportingController");

    private Versions() {}

    /** @return the object itself where it already is in that version, else a copy */
    public static ObjectNode present(ResourceType type, ObjectNode stored) {
        String apiVersion = type.apiVersion();
        if (stored.path("apiVersion").asText().equals(apiVersion)) {
            return stored;
        }
        ObjectNode copy = stored.deepCopy().put("apiVersion", apiVersion);
        if (type.is("Event")) {
            boolean toCore = type.group().isEmpty();
            EVENT_NAMES_FROM_CORE.forEach((core, other) -> rename(copy, toCore ? other : core, toCore ? core : other));
        }
        return copy;
    }

    private static void rename(ObjectNode object, String from, String to) {
        if (object.has(from)) {
            object.set(to, object.remove(from));
        }
    }
}
