package dev.distillery.embedded.cel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as CEL sees it. The schema says what is an integer and what a double: {@code 1} may be either. */
final class CelValues {
    private CelValues() {}

    static Object of(JsonNode value, JsonNode schema) {
        if (value.isObject()) {
            Map<String, Object> map = new LinkedHashMap<>();
            value.properties()
                    .forEach(field -> map.put(field.getKey(), of(field.getValue(), child(schema, field.getKey()))));
            return map;
        }
        if (value.isArray()) {
            List<Object> list = new ArrayList<>();
            value.forEach(item -> list.add(of(item, schema.path("items"))));
            return list;
        }
        if (value.isNumber()) {
            boolean integer = schema.path("type").asText().equals("integer")
                    || schema.path("type").isMissingNode() && value.isIntegralNumber();
            return integer ? (Object) value.longValue() : (Object) value.doubleValue();
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        return value.isNull() ? dev.cel.common.values.NullValue.NULL_VALUE : value.asText();
    }

    static JsonNode child(JsonNode schema, String name) {
        JsonNode property = schema.path("properties").path(name);
        return property.isMissingNode() ? schema.path("additionalProperties") : property;
    }
}
