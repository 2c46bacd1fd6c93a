package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/**
 * Kubernetes' strategic merge patch: keyed lists merge by their first key, {@code $patch: replace|delete},
 * {@code $retainKeys} and {@code $deleteFromPrimitiveList} are obeyed, {@code $setElementOrder} is ignored (items
 * keep their order and new ones come last).
 */
final class StrategicMergePatch {
    private static final String DELETE_FROM_PRIMITIVE_LIST = "$deleteFromPrimitiveList/";

    private StrategicMergePatch() {}

    /** Changes {@code target}, which the caller owns, and returns what stands in its place. */
    static JsonNode apply(JsonNode target, JsonNode patch, Shape shape) {
        if (!patch.isObject()) {
            return patch.deepCopy();
        }
        if (patch.path("$patch").asText().equals("replace")) {
            return apply(Json.object(), ((ObjectNode) patch.deepCopy()).without("$patch"), shape);
        }
        ObjectNode result = target instanceof ObjectNode object ? object : Json.object();
        if (patch.get("$retainKeys") instanceof ArrayNode retained) {
            result.retain(Set.copyOf(ResourceTypes.texts(retained)));
        }
        patch.properties().forEach(member -> applyMember(result, member.getKey(), member.getValue(), shape));
        return result;
    }

    private static void applyMember(ObjectNode result, String name, JsonNode value, Shape shape) {
        if (name.startsWith(DELETE_FROM_PRIMITIVE_LIST)) {
            if (result.get(name.substring(DELETE_FROM_PRIMITIVE_LIST.length())) instanceof ArrayNode list) {
                value.forEach(gone -> Json.removeItems(list, gone::equals));
            }
        } else if (name.startsWith("$")) {
            return;
        } else if (value.isNull() || value.path("$patch").asText().equals("delete")) {
            result.remove(name);
        } else if (value.isArray() && shape.field(name).listKind() != Shape.ListKind.ATOMIC) {
            ArrayNode list = result.get(name) instanceof ArrayNode present ? present : result.putArray(name);
            applyItems(list, value, shape.field(name));
        } else {
            result.set(name, apply(result.path(name), value, shape.field(name)));
        }
    }

    private static void applyItems(ArrayNode list, JsonNode patch, Shape shape) {
        for (JsonNode item : patch) {
            if (item.path("$patch").asText().equals("replace")) {
                list.removeAll();
            }
        }
        for (JsonNode item : patch) {
            String directive = item.path("$patch").asText();
            int index = indexOf(list, item, shape);
            if (directive.equals("delete")) {
                if (index >= 0) {
                    list.remove(index);
                }
            } else if (directive.isEmpty() && index >= 0) {
                list.set(index, apply(list.get(index), item, shape.item()));
            } else if (directive.isEmpty()) {
                list.add(apply(Json.object(), item, shape.item()));
            }
        }
    }

    private static int indexOf(ArrayNode list, JsonNode item, Shape shape) {
        for (int i = 0; i < list.size(); i++) {
            boolean same = shape.listKind() == Shape.ListKind.SET
                    ? list.get(i).equals(item)
                    : list.get(i)
                            .path(shape.keys().get(0))
                            .equals(item.path(shape.keys().get(0)));
            if (same) {
                return i;
            }
        }
        return -1;
    }
}
