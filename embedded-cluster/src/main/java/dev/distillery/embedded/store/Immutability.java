package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Fields of built-in kinds that may not change once they are written. */
final class Immutability {
    private static final List<String> SCHEDULING_DIRECTIVES =
            List.of("nodeSelector", "tolerations", "affinity", "schedulingGates");

    private Immutability() {}

    static List<StatusException.Cause> check(ObjectNode before, ObjectNode after) {
        return switch (after.path("kind").asText()) {
            case "Job" -> checkJob(before, after);
            case "ConfigMap" -> checkData(before, after, Stream.of("data", "binaryData"));
            case "Secret" -> checkData(before, after, Stream.of("data"));
            default -> List.of();
        };
    }

    /** The scheduling directives of a Job that waits suspended and never started may still change. */
    private static List<StatusException.Cause> checkJob(ObjectNode before, ObjectNode after) {
        boolean neverStarted = before.path("spec").path("suspend").asBoolean()
                && !before.path("status").has("startTime");
        List<StatusException.Cause> causes = new ArrayList<>();
        for (String field : List.of("template", "selector", "completions", "completionMode", "podFailurePolicy")) {
            JsonNode old = before.path("spec").path(field);
            JsonNode wanted = after.path("spec").path(field);
            boolean template = field.equals("template") && neverStarted;
            boolean same = template
                    ? withoutSchedulingDirectives(old).equals(withoutSchedulingDirectives(wanted))
                    : old.equals(wanted);
            if (!same) {
                causes.add(immutable("spec." + field, wanted));
            }
        }
        return causes;
    }

    private static List<StatusException.Cause> checkData(ObjectNode before, ObjectNode after, Stream<String> fields) {
        if (!before.path("immutable").asBoolean()) {
            return List.of();
        }
        return Stream.concat(fields, Stream.of("immutable"))
                .filter(field -> !before.path(field).equals(after.path(field)))
                .map(field -> new StatusException.Cause(
                        "FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set", field))
                .toList();
    }

    private static JsonNode withoutSchedulingDirectives(JsonNode template) {
        JsonNode copy = template.deepCopy();
        if (copy.path("metadata") instanceof ObjectNode metadata) {
            metadata.remove(List.of("labels", "annotations"));
        }
        if (copy.path("spec") instanceof ObjectNode spec) {
            spec.remove(SCHEDULING_DIRECTIVES);
        }
        return copy;
    }

    private static StatusException.Cause immutable(String field, JsonNode value) {
        return StatusException.Cause.invalid(field, "Invalid value: %s: field is immutable".formatted(value));
    }
}
