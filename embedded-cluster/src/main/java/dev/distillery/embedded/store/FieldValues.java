package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Every field of an object that can have an owner, with its value. Items of sets and keyed lists are fields of their
 * own; their value is a marker, so that they compare by existence.
 */
final class FieldValues {
    private static final JsonNode PRESENT = MissingNode.getInstance();
    private static final Set<String> UNOWNED_METADATA = Set.of(
            "name",
            "namespace",
            "uid",
            "creationTimestamp",
            "resourceVersion",
            "generation",
            "managedFields",
            "selfLink",
            "deletionTimestamp",
            "deletionGracePeriodSeconds");

    private final Map<FieldPath, JsonNode> values = new LinkedHashMap<>();

    private FieldValues() {}

    static Map<FieldPath, JsonNode> of(ObjectNode object, Shape shape) {
        FieldValues fields = new FieldValues();
        ObjectNode owned = object.deepCopy();
        owned.remove("apiVersion");
        owned.remove("kind");
        if (owned.get("metadata") instanceof ObjectNode metadata) {
            metadata.remove(UNOWNED_METADATA);
            if (metadata.isEmpty()) {
                owned.remove("metadata");
            }
        }
        fields.members(FieldPath.ROOT, owned, shape);
        return fields.values;
    }

    private void members(FieldPath path, JsonNode object, Shape shape) {
        object.properties().forEach(member -> {
            FieldPath child = path.child("f:" + member.getKey());
            if (shape.openKeys()) {
                values.put(child, PRESENT);
            }
            visit(child, member.getValue(), shape.field(member.getKey()));
        });
    }

    private void visit(FieldPath path, JsonNode value, Shape shape) {
        if (value.isObject() && !value.isEmpty() && !shape.atomic()) {
            members(path, value, shape);
        } else if (value.isArray() && shape.listKind() != Shape.ListKind.ATOMIC) {
            for (JsonNode item : value) {
                FieldPath element = path.child(shape.element(item));
                values.put(element, PRESENT);
                if (item.isObject()) {
                    members(element, item, shape.item());
                }
            }
        } else {
            values.put(path, value);
        }
    }
}
