package dev.distillery;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * What of an earlier CRD a later one would refuse, lose or read as something else. Recipes are stored for years, and applied
 * again by pipelines that leave out what has a default: a version that was released keeps its meaning. Of CEL rules, those that
 * are new or changed are taken to refuse something, unless they speak of a field that is new, too, or of what may be edited.
 */
final class CrdCompatibility {
    /** A later value must not be greater. */
    private static final List<String> LOWER_BOUNDS = List.of("minimum", "minLength", "minItems", "minProperties");

    /** A later value must not be less. */
    private static final List<String> UPPER_BOUNDS = List.of("maximum", "maxLength", "maxItems", "maxProperties");

    private static final List<String> EXACT = List.of("pattern", "format", "multipleOf");
    private static final List<String> IDENTITY =
            List.of("/spec/group", "/spec/names/kind", "/spec/names/plural", "/spec/scope");
    private static final String OPEN = "x-kubernetes-preserve-unknown-fields";
    private static final String RULES = "x-kubernetes-validations";
    /** A field that a CEL rule speaks of: what follows {@code self}, without the functions that are called on it. */
    private static final Pattern FIELD = Pattern.compile("\\bself((?:\\.\\w+\\b(?!\\())+)");

    private final List<String> breaks = new ArrayList<>();

    private CrdCompatibility() {}

    /** @return a sentence for each break; empty if whatever the earlier definition took, the later one takes */
    static List<String> breaks(JsonNode earlier, JsonNode later) {
        CrdCompatibility comparison = new CrdCompatibility();
        for (String pointer : IDENTITY) {
            if (!earlier.at(pointer).equals(later.at(pointer))) {
                comparison.report(
                        pointer.substring(1).replace('/', '.'), "%s became %s", earlier.at(pointer), later.at(pointer));
            }
        }
        for (JsonNode version : earlier.at("/spec/versions")) {
            comparison.version(version, find(later.at("/spec/versions"), version.path("name")));
        }
        return comparison.breaks;
    }

    private static JsonNode find(JsonNode versions, JsonNode name) {
        return StreamSupport.stream(versions.spliterator(), false)
                .filter(version -> version.path("name").equals(name))
                .findFirst()
                .orElse(null);
    }

    private void version(JsonNode earlier, JsonNode later) {
        String name = earlier.path("name").asText();
        if (later == null) {
            report(name, "this version is gone; it may still be stored");
        } else if (earlier.path("served").asBoolean() && !later.path("served").asBoolean()) {
            report(name, "this version is no longer served");
        } else {
            schema(name, earlier.at("/schema/openAPIV3Schema"), later.at("/schema/openAPIV3Schema"));
        }
    }

    private void schema(String path, JsonNode earlier, JsonNode later) {
        if (!earlier.path("type").equals(later.path("type"))) {
            report(path, "the type %s became %s", earlier.path("type"), later.path("type"));
            return;
        }
        if (earlier.path("nullable").asBoolean() && !later.path("nullable").asBoolean()) {
            report(path, "null is no longer allowed");
        }
        if (earlier.has("default") && !earlier.get("default").equals(later.get("default"))) {
            report(path, "the default %s became %s", earlier.get("default"), later.path("default"));
        }
        bounds(path, earlier, later);
        enumeration(path, earlier, later);
        required(path, earlier, later);
        rules(path, earlier, later);
        children(path, earlier, later);
    }

    private void bounds(String path, JsonNode earlier, JsonNode later) {
        for (String bound : LOWER_BOUNDS) {
            if (later.has(bound)
                    && (!earlier.has(bound)
                            || later.get(bound).asDouble() > earlier.get(bound).asDouble())) {
                report(path, "%s %s became %s", bound, earlier.path(bound), later.get(bound));
            }
        }
        for (String bound : UPPER_BOUNDS) {
            if (later.has(bound)
                    && (!earlier.has(bound)
                            || later.get(bound).asDouble() < earlier.get(bound).asDouble())) {
                report(path, "%s %s became %s", bound, earlier.path(bound), later.get(bound));
            }
        }
        for (String rule : EXACT) {
            if (later.has(rule) && !later.get(rule).equals(earlier.get(rule))) {
                report(path, "%s %s became %s", rule, earlier.path(rule), later.get(rule));
            }
        }
    }

    private void enumeration(String path, JsonNode earlier, JsonNode later) {
        Set<String> allowed = texts(later.path("enum"));
        if (!later.has("enum")) {
            return;
        }
        if (!earlier.has("enum")) {
            report(path, "any value was allowed, now only %s", allowed);
            return;
        }
        Set<String> gone = texts(earlier.path("enum"));
        gone.removeAll(allowed);
        if (!gone.isEmpty()) {
            report(path, "%s no longer allowed, only %s", gone, allowed);
        }
    }

    private void required(String path, JsonNode earlier, JsonNode later) {
        Set<String> added = texts(later.path("required"));
        added.removeAll(texts(earlier.path("required")));
        // The API server fills in defaults before it looks for what is required.
        added.removeIf(field -> later.path("properties").path(field).has("default"));
        for (String field : added) {
            report(path + "." + field, "it became required and has no default");
        }
    }

    private void rules(String path, JsonNode earlier, JsonNode later) {
        Set<String> before = texts(earlier.path(RULES).findValues("rule"));
        for (String rule : texts(later.path(RULES).findValues("rule"))) {
            if (!before.contains(rule) && !rule.contains("oldSelf") && !speaksOfNewField(rule, earlier)) {
                report(path, "the rule %s is new", rule);
            }
        }
    }

    private static boolean speaksOfNewField(String rule, JsonNode earlier) {
        return FIELD.matcher(rule).results().anyMatch(field -> {
            JsonNode schema = earlier;
            for (String name : field.group(1).substring(1).split("\\.")) {
                if (!schema.has("properties")) {
                    return false;
                }
                schema = schema.get("properties").path(name);
            }
            return schema.isMissingNode();
        });
    }

    private void children(String path, JsonNode earlier, JsonNode later) {
        earlier.path("properties").properties().forEach(property -> {
            String child = path + "." + property.getKey();
            JsonNode now = later.path("properties").get(property.getKey());
            if (now != null) {
                schema(child, property.getValue(), now);
            } else if (later.path("additionalProperties").isObject()) {
                schema(child, property.getValue(), later.get("additionalProperties"));
            } else if (!later.path(OPEN).asBoolean()) {
                report(child, "the field is gone");
            }
        });
        if (earlier.path(OPEN).asBoolean() && !later.path(OPEN).asBoolean()) {
            report(path, "fields that the schema does not know were kept, now they are dropped");
        }
        if (earlier.has("items")) {
            schema(path + "[]", earlier.get("items"), later.path("items"));
        }
        if (earlier.path("additionalProperties").isObject()) {
            schema(path + ".*", earlier.get("additionalProperties"), later.path("additionalProperties"));
        }
    }

    private static Set<String> texts(Iterable<JsonNode> array) {
        Set<String> texts = new TreeSet<>();
        array.forEach(element -> texts.add(element.asText()));
        return texts;
    }

    private void report(String path, String what, Object... values) {
        Object[] shown = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            shown[i] = values[i] instanceof JsonNode node && node.isMissingNode() ? "(none)" : values[i];
        }
        breaks.add(path + ": " + what.formatted(shown));
    }
}
