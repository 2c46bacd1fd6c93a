package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.schema.Violation;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What every written object passes: pruning, defaults, validation and the rules on what may change. */
final class Admission {
    /** What an API server calls a field that has no name. */
    private static final String WHOLE_OBJECT = "<nil>";

    private final Clock clock;

    Admission(Clock clock) {
        this.clock = clock;
    }

    /**
     * Changes {@code next} in place.
     *
     * @param previous empty when the object is created
     * @throws StatusException 400 for unknown fields under strict validation, 422 for broken rules
     */
    void admit(ResourceType type, ObjectNode next, Optional<ObjectNode> previous, WriteOptions options) {
        Json.dropNulls(Metadata.of(next));
        List<StatusException.Cause> causes = new ArrayList<>(MetadataRules.check(next, previous));
        if (type.custom().isPresent()) {
            prune(type, next, options);
            CustomDefinition definition = type.custom().get();
            definition.fields().applyDefaults(next);
            causes.addAll(check(definition, next, previous));
        } else {
            Json.dropNulls(next);
            BuiltinDefaults.apply(next, clock);
            causes.addAll(BuiltinRules.check(next));
            previous.ifPresent(before -> causes.addAll(Immutability.check(before, next)));
            if (type.is("CustomResourceDefinition")) {
                causes.addAll(checkRules(next));
            }
        }
        if (!causes.isEmpty()) {
            throw StatusException.invalid(type, Metadata.name(next), causes);
        }
    }

    /** Removes what a custom resource's schema does not name, and warns or fails as the options say. */
    void prune(ResourceType type, ObjectNode object, WriteOptions options) {
        if (type.custom().isEmpty()) {
            return;
        }
        CustomDefinition definition = type.custom().get();
        List<String> unknown = definition.fields().unknownFields(object).stream()
                .map(violation -> "unknown field \"%s\"".formatted(violation.path()))
                .toList();
        if (unknown.isEmpty()) {
            return;
        }
        switch (options.validation()) {
            case STRICT ->
                throw StatusException.badRequest(
                        "%s in version \"%s\" cannot be handled as a %s: strict decoding error: %s"
                                .formatted(type.kind(), type.version(), type.kind(), String.join(", ", unknown)));
            case WARN -> unknown.forEach(options.warnings());
            case IGNORE -> {}
        }
        definition.fields().prune(object);
    }

    /** Rules are applied to what has the right types and all required fields, even if its values are out of range. */
    private static List<StatusException.Cause> check(
            CustomDefinition definition, ObjectNode next, Optional<ObjectNode> previous) {
        List<Violation> violations = new ArrayList<>(definition.fields().validate(next));
        if (definition.fields().hasShape(next)) {
            Optional<ObjectNode> before = previous.map(ObjectNode::deepCopy);
            before.ifPresent(definition.fields()::applyDefaults);
            violations.addAll(definition.rules().check(next, before));
        }
        return violations.stream().map(Admission::cause).toList();
    }

    private static List<StatusException.Cause> checkRules(ObjectNode definition) {
        try {
            ResourceTypes.versionsOf(definition);
            return List.of();
        } catch (IllegalArgumentException e) {
            return List.of(StatusException.Cause.invalid("spec.versions", e.getMessage()));
        }
    }

    private static StatusException.Cause cause(Violation violation) {
        return StatusException.Cause.invalid(
                violation.path().isEmpty() ? WHOLE_OBJECT : violation.path(),
                "Invalid value: got %s, expected %s".formatted(violation.got(), violation.expected()));
    }
}
