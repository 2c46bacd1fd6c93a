package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** The two halves of server-side apply's merge: lay the applied fields over the live object, take given ones away. */
final class ApplyMerge {
    private ApplyMerge() {}

    /** Changes {@code live}, an object that the caller owns, and returns what stands in its place. */
    static JsonNode overlay(JsonNode live, JsonNode applied, Shape shape) {
        if (live instanceof ObjectNode object && applied.isObject() && !shape.atomic()) {
            applied.properties()
                    .forEach(member -> object.set(
                            member.getKey(),
                            overlay(object.path(member.getKey()), member.getValue(), shape.field(member.getKey()))));
            return object;
        }
        if (live instanceof ArrayNode array && applied.isArray() && shape.listKind() != Shape.ListKind.ATOMIC) {
            applied.forEach(item -> overlayItem(array, item, shape));
            return array;
        }
        return applied.deepCopy();
    }

    /**
     * Removes fields and the objects and lists that become empty by it. What holds others goes first, as an item can no
     * longer be found once its key is gone.
     *
     * @param kept paths that someone still owns: neither they nor what holds them is removed
     */
    static void remove(ObjectNode object, Set<FieldPath> paths, Set<FieldPath> kept, Shape shape) {
        paths.stream()
                .filter(path -> kept.stream().noneMatch(owned -> owned.startsWith(path)))
                .sorted(Comparator.comparingInt(path -> path.elements().size()))
                .forEach(path -> remove(object, shape, path.elements()));
    }

    private static void overlayItem(ArrayNode array, JsonNode item, Shape shape) {
        String element = shape.element(item);
        for (int i = 0; i < array.size(); i++) {
            if (shape.element(array.get(i)).equals(element)) {
                array.set(i, overlay(array.get(i), item, shape.item()));
                return;
            }
        }
        array.add(item.deepCopy());
    }

    private static void remove(JsonNode holder, Shape shape, List<String> elements) {
        String element = elements.get(0);
        List<String> below = elements.subList(1, elements.size());
        if (holder instanceof ObjectNode object && element.startsWith("f:")) {
            String name = element.substring(2);
            JsonNode child = object.path(name);
            if (!below.isEmpty()) {
                remove(child, shape.field(name), below);
            }
            if (below.isEmpty() || (child.isContainerNode() && child.isEmpty())) {
                object.remove(name);
            }
        } else if (holder instanceof ArrayNode array) {
            if (below.isEmpty()) {
                Json.removeItems(array, item -> shape.element(item).equals(element));
            } else {
                array.forEach(item -> {
                    if (shape.element(item).equals(element)) {
                        remove(item, shape.item(), below);
                    }
                });
            }
        }
    }
}
