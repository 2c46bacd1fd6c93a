package dev.distillery.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.regex.Pattern;

/** What a schema says of one value by itself: enum, bounds, lengths, pattern, number of entries. */
record ScalarRules(JsonNode schema, String path, List<Violation> violations) {

    void check(JsonNode value) {
        checkEnum(value);
        if (value.isNumber()) {
            checkBounds(value);
        } else if (value.isTextual()) {
            String text = value.asText();
            checkSize(text.codePointCount(0, text.length()), "minLength", "maxLength", "characters", value);
            String pattern = schema.path("pattern").asText("");
            if (!pattern.isEmpty() && !compiled(pattern).matcher(text).find()) {
                add(value, "text that matches " + pattern);
            }
        } else if (value.isArray()) {
            checkSize(value.size(), "minItems", "maxItems", "items", value);
        } else if (value.isObject()) {
            checkSize(value.size(), "minProperties", "maxProperties", "entries", value);
        }
    }

    /** An API server's {@code $} is the end of the text; Java's also stands before a last line break. */
    private static Pattern compiled(String pattern) {
        return Pattern.compile(pattern.endsWith("$") ? pattern.substring(0, pattern.length() - 1) + "\\z" : pattern);
    }

    private void checkEnum(JsonNode value) {
        JsonNode allowed = schema.path("enum");
        if (!allowed.isArray()) {
            return;
        }
        for (JsonNode one : allowed) {
            if (one.equals(value)) {
                return;
            }
        }
        add(value, "one of " + allowed);
    }

    private void checkBounds(JsonNode value) {
        double number = value.doubleValue();
        if (schema.has("minimum")) {
            double minimum = schema.get("minimum").doubleValue();
            boolean open = schema.path("exclusiveMinimum").asBoolean();
            if (open ? number <= minimum : number < minimum) {
                add(value, (open ? "a number above " : "a number of at least ") + number(schema.get("minimum")));
            }
        }
        if (schema.has("maximum")) {
            double maximum = schema.get("maximum").doubleValue();
            boolean open = schema.path("exclusiveMaximum").asBoolean();
            if (open ? number >= maximum : number > maximum) {
                add(value, (open ? "a number below " : "a number of at most ") + number(schema.get("maximum")));
            }
        }
    }

    private void checkSize(int size, String least, String most, String unit, JsonNode value) {
        if (schema.has(least) && size < schema.get(least).asInt()) {
            add(value, "at least " + schema.get(least).asInt() + " " + unit);
        }
        if (schema.has(most) && size > schema.get(most).asInt()) {
            add(value, "at most " + schema.get(most).asInt() + " " + unit);
        }
    }

    /** Whole numbers without a point: a CRD may write every bound as a double. */
    private static String number(JsonNode bound) {
        return bound.decimalValue().stripTrailingZeros().toPlainString();
    }

    private void add(JsonNode value, String expected) {
        violations.add(new Violation(path, StructuralSchema.shown(value), expected));
    }
}
