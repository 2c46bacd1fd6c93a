package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** The shape that a CRD's schema gives by its {@code x-kubernetes-list-type} and {@code -map-type} extensions. */
record SchemaShape(JsonNode schema, boolean root) implements Shape {
    @Override
    public Shape field(String name) {
        if (root && name.equals("metadata")) {
            return BuiltinShape.metadata();
        }
        JsonNode property = schema.path("properties").path(name);
        return new SchemaShape(property.isMissingNode() ? schema.path("additionalProperties") : property, false);
    }

    @Override
    public Shape item() {
        return new SchemaShape(schema.path("items"), false);
    }

    @Override
    public ListKind listKind() {
        return switch (schema.path("x-kubernetes-list-type").asText()) {
            case "map" -> ListKind.MAP;
            case "set" -> ListKind.SET;
            default -> ListKind.ATOMIC;
        };
    }

    @Override
    public List<String> keys() {
        return ResourceTypes.texts(schema.path("x-kubernetes-list-map-keys"));
    }

    @Override
    public JsonNode keyDefault(String key) {
        return schema.path("items").path("properties").path(key).path("default");
    }

    @Override
    public boolean atomic() {
        return schema.path("x-kubernetes-map-type").asText().equals("atomic");
    }

    @Override
    public boolean openKeys() {
        return schema.path("additionalProperties").isObject();
    }
}
