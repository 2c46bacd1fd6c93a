package dev.distillery.embedded.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.schema.StructuralSchema;
import dev.distillery.schema.Violation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All rules of a schema. An object is checked when its types are right and its required fields are there; values out of
 * range hide no rule.
 *
 * <p>Rules compare with what was there before below objects and maps. Below lists they are not applied: which item was
 * which is not known of an atomic list.
 */
public final class ValidationRules {
    /** By convention of this project a message says what is expected, and an API server prints it as it is. */
    private static final String EXPECTED = "expected ";

    private final JsonNode schema;
    private final List<CelRule> rules = new ArrayList<>();
    private final Map<String, ValidationRules> properties = new LinkedHashMap<>();
    private final ValidationRules others;
    private final ValidationRules items;

    /**
     * @param schema an {@code openAPIV3Schema}
     * @throws IllegalArgumentException naming the rule that is no expression
     */
    public ValidationRules(JsonNode schema) {
        this.schema = schema;
        schema.path("x-kubernetes-validations").forEach(rule -> rules.add(CelRule.of(rule)));
        schema.path("properties").properties().forEach(property -> {
            ValidationRules below = new ValidationRules(property.getValue());
            if (!below.isEmpty()) {
                properties.put(property.getKey(), below);
            }
        });
        this.others = child(schema.path("additionalProperties"));
        this.items = child(schema.path("items"));
    }

    private static ValidationRules child(JsonNode schema) {
        return schema.isObject() ? new ValidationRules(schema) : null;
    }

    private boolean isEmpty() {
        return rules.isEmpty()
                && properties.isEmpty()
                && (others == null || others.isEmpty())
                && (items == null || items.isEmpty());
    }

    /**
     * @param object with its defaults
     * @param previous what it replaces; empty when it is created
     * @return every rule that does not hold
     */
    public List<Violation> check(JsonNode object, Optional<? extends JsonNode> previous) {
        List<Violation> violations = new ArrayList<>();
        check(
                machinery(object),
                previous.<JsonNode>map(ValidationRules::machinery).orElse(MissingNode.getInstance()),
                "",
                violations);
        return violations;
    }

    /** Of the metadata, rules see the name alone. */
    private static JsonNode machinery(JsonNode object) {
        ObjectNode seen = ((ObjectNode) object).objectNode();
        seen.setAll((ObjectNode) object);
        JsonNode metadata = object.path("metadata");
        ObjectNode named = seen.putObject("metadata");
        for (String name : List.of("name", "generateName")) {
            if (metadata.has(name)) {
                named.set(name, metadata.get(name));
            }
        }
        return seen;
    }

    private void check(JsonNode value, JsonNode old, String path, List<Violation> violations) {
        if (!rules.isEmpty()) {
            Object self = CelValues.of(value, schema);
            Object oldSelf = old.isMissingNode() ? null : CelValues.of(old, schema);
            for (CelRule rule : rules) {
                if (!rule.transition() || oldSelf != null) {
                    rule.complaint(self, oldSelf)
                            .ifPresent(complaint -> violations.add(violation(rule, value, path, complaint)));
                }
            }
        }
        properties.forEach((name, below) -> {
            if (value.has(name)) {
                below.check(value.get(name), old.path(name), join(path, name), violations);
            }
        });
        if (others != null && value.isObject()) {
            value.properties()
                    .forEach(field -> others.check(
                            field.getValue(), old.path(field.getKey()), join(path, field.getKey()), violations));
        }
        if (items != null && value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                items.check(value.get(i), MissingNode.getInstance(), path + "[" + i + "]", violations);
            }
        }
    }

    private static Violation violation(CelRule rule, JsonNode value, String path, String complaint) {
        JsonNode meant = value.at(rule.fieldPath().replace('.', '/'));
        String got = meant.isMissingNode() ? "nothing" : StructuralSchema.shown(meant);
        String expected = complaint.startsWith(EXPECTED) ? complaint.substring(EXPECTED.length()) : complaint;
        String where =
                path.isEmpty() && !rule.fieldPath().isEmpty() ? rule.fieldPath().substring(1) : path + rule.fieldPath();
        return new Violation(where, got, expected);
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
