package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Who owns fields: a manager by one kind of operation on the object or one of its subresources.
 *
 * @param operation {@code Apply} or {@code Update}
 * @param subresource empty for the object itself
 */
record FieldOwner(String manager, String operation, String subresource) {
    static FieldOwner applying(String manager, String subresource) {
        return new FieldOwner(manager, "Apply", subresource);
    }

    static FieldOwner updating(String manager, String subresource) {
        return new FieldOwner(manager, "Update", subresource);
    }

    static FieldOwner read(JsonNode entry) {
        return new FieldOwner(
                entry.path("manager").asText(),
                entry.path("operation").asText(),
                entry.path("subresource").asText(""));
    }

    void write(ObjectNode entry) {
        entry.put("manager", manager).put("operation", operation);
        if (!subresource.isEmpty()) {
            entry.put("subresource", subresource);
        }
    }

    /** How a conflict names the owner. */
    String describe(String apiVersion) {
        String text = "conflict with \"%s\"".formatted(manager);
        if (!subresource.isEmpty()) {
            text += " with subresource \"%s\"".formatted(subresource);
        }
        return operation.equals("Update") ? text + " using " + apiVersion : text;
    }
}
