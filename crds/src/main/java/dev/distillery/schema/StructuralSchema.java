package dev.distillery.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * The {@code openAPIV3Schema} of a custom resource. {@code apiVersion}, {@code kind} and {@code metadata} at the root are
 * the API machinery's and are left alone.
 */
public final class StructuralSchema {
    private final JsonNode root;

    public StructuralSchema(JsonNode openApiV3Schema) {
        this.root = openApiV3Schema;
    }

    /** @return the schema as it is written */
    public JsonNode json() {
        return root;
    }

    /**
     * Fills in {@code default} where a property is absent, outside in: a defaulted object gets its own defaults too. A null
     * that the schema does not allow is as good as absent, and goes where there is no default.
     */
    public void applyDefaults(ObjectNode object) {
        fillIn(object, root);
    }

    private static void fillIn(JsonNode value, JsonNode schema) {
        if (value instanceof ObjectNode object) {
            dropNulls(object, schema);
            schema.path("properties").properties().forEach(property -> {
                JsonNode preset = property.getValue().get("default");
                if (preset != null && !object.has(property.getKey())) {
                    object.set(property.getKey(), preset.deepCopy());
                }
                if (object.has(property.getKey())) {
                    fillIn(object.get(property.getKey()), property.getValue());
                }
            });
            JsonNode others = schema.path("additionalProperties");
            if (others.isObject()) {
                object.forEach(child -> fillIn(child, others));
            }
        } else if (value.isArray()) {
            value.forEach(item -> fillIn(item, schema.path("items")));
        }
    }

    private static void dropNulls(ObjectNode object, JsonNode schema) {
        object.properties().removeIf(child -> {
            JsonNode property = schema.path("properties").path(child.getKey());
            JsonNode known = property.isMissingNode() ? schema.path("additionalProperties") : property;
            return child.getValue().isNull()
                    && known.isObject()
                    && !known.path("nullable").asBoolean();
        });
    }

    /** @return every breach of type, enum, bounds, length, pattern and required, in document order; unknown fields apart */
    public List<Violation> validate(JsonNode object) {
        List<Violation> violations = new ArrayList<>();
        check(object, root, "", violations);
        return violations;
    }

    /** @return whether all types are right and all required fields are there, whatever the values */
    public boolean hasShape(JsonNode object) {
        return hasShape(object, root, "");
    }

    private static boolean hasShape(JsonNode value, JsonNode schema, String path) {
        if (value.isNull() && schema.path("nullable").asBoolean()
                || schema.path("x-kubernetes-int-or-string").asBoolean()) {
            return true;
        }
        if (!hasType(value, schema.path("type").asText(""))) {
            return false;
        }
        for (JsonNode name : schema.path("required")) {
            if (value.isObject() && !value.has(name.asText())) {
                return false;
            }
        }
        for (Map.Entry<String, JsonNode> child : value.properties()) {
            JsonNode property = schema.path("properties").path(child.getKey());
            JsonNode below = property.isMissingNode() ? schema.path("additionalProperties") : property;
            if (below.isObject()
                    && !isMachinery(path, child.getKey())
                    && !hasShape(child.getValue(), below, join(path, child.getKey()))) {
                return false;
            }
        }
        for (JsonNode item : value.isArray() ? value : List.<JsonNode>of()) {
            if (!hasShape(item, schema.path("items"), path + "[]")) {
                return false;
            }
        }
        return true;
    }

    private static void check(JsonNode value, JsonNode schema, String path, List<Violation> violations) {
        if (value.isNull() && schema.path("nullable").asBoolean()) {
            return;
        }
        String type = schema.path("type").asText("");
        if (!schema.path("x-kubernetes-int-or-string").asBoolean() && !hasType(value, type)) {
            violations.add(new Violation(path, shown(value), article(type)));
            return;
        }
        new ScalarRules(schema, path, violations).check(value);
        if (value.isObject()) {
            for (JsonNode name : schema.path("required")) {
                if (!value.has(name.asText())) {
                    violations.add(
                            new Violation(join(path, name.asText()), "nothing", "a value: the field is required"));
                }
            }
            JsonNode others = schema.path("additionalProperties");
            value.properties().forEach(child -> {
                JsonNode property = schema.path("properties").path(child.getKey());
                if (!property.isMissingNode() && !isMachinery(path, child.getKey())) {
                    check(child.getValue(), property, join(path, child.getKey()), violations);
                } else if (others.isObject()) {
                    check(child.getValue(), others, join(path, child.getKey()), violations);
                }
            });
        } else if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                check(value.get(i), schema.path("items"), path + "[" + i + "]", violations);
            }
        }
    }

    private static boolean hasType(JsonNode value, String type) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "integer" ->
                value.isIntegralNumber() || isFinite(value) && value.doubleValue() == Math.rint(value.doubleValue());
            case "number" -> isFinite(value);
            default -> true;
        };
    }

    /** YAML has NaN and infinity, JSON and so an API server has not. */
    private static boolean isFinite(JsonNode value) {
        return value.isNumber() && Double.isFinite(value.doubleValue());
    }

    /** @return fields that the schema does not name; each says which names there are */
    public List<Violation> unknownFields(JsonNode object) {
        List<Violation> violations = new ArrayList<>();
        walkUnknown(object, root, "", violations, false);
        return violations;
    }

    /** Removes what {@link #unknownFields} would report. */
    public void prune(ObjectNode object) {
        walkUnknown(object, root, "", new ArrayList<>(), true);
    }

    private static void walkUnknown(
            JsonNode value, JsonNode schema, String path, List<Violation> violations, boolean remove) {
        if (value instanceof ObjectNode object
                && !schema.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
            JsonNode others = schema.path("additionalProperties");
            Iterator<Map.Entry<String, JsonNode>> children = object.properties().iterator();
            while (children.hasNext()) {
                Map.Entry<String, JsonNode> child = children.next();
                JsonNode property = schema.path("properties").path(child.getKey());
                if (isMachinery(path, child.getKey())) {
                    continue;
                }
                if (!property.isMissingNode()) {
                    walkUnknown(child.getValue(), property, join(path, child.getKey()), violations, remove);
                } else if (others.isObject()) {
                    walkUnknown(child.getValue(), others, join(path, child.getKey()), violations, remove);
                } else if (!others.asBoolean() && schema.path("type").asText().equals("object")) {
                    violations.add(new Violation(
                            join(path, child.getKey()),
                            "an unknown field",
                            "one of " + names(schema.path("properties"))));
                    if (remove) {
                        children.remove();
                    }
                }
            }
        } else if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                walkUnknown(value.get(i), schema.path("items"), path + "[" + i + "]", violations, remove);
            }
        }
    }

    private static boolean isMachinery(String path, String name) {
        return path.isEmpty() && (name.equals("apiVersion") || name.equals("kind") || name.equals("metadata"));
    }

    private static String names(JsonNode properties) {
        return String.join(
                ", ",
                StreamSupport.stream(properties.properties().spliterator(), false)
                        .map(Map.Entry::getKey)
                        .toList());
    }

    private static String article(String type) {
        return (type.matches("[aio].*") ? "an " : "a ") + type;
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** @return the value as a message shows it, cut short */
    public static String shown(JsonNode value) {
        String text = value.isContainerNode()
                ? article(value.getNodeType().name().toLowerCase(Locale.ROOT))
                : value.toString();
        return text.length() > 120 ? text.substring(0, 117) + "..." : text;
    }
}
