package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.TreeMap;

/**
 * How merges and field ownership look at a value: which lists are keyed, which are sets, what is replaced whole. A
 * shape is a cursor that goes down with the value.
 */
interface Shape {
    enum ListKind {
        ATOMIC,
        SET,
        MAP
    }

    /** The shape of an object's field. */
    Shape field(String name);

    /** The shape of a list's item. */
    Shape item();

    ListKind listKind();

    /** The fields that tell the items of a {@link ListKind#MAP} list apart. */
    List<String> keys();

    /** What a key field reads as where an item leaves it out; a missing node for none. */
    JsonNode keyDefault(String key);

    /** Whether an object of this shape is owned and replaced as a whole. */
    boolean atomic();

    /** Whether the object's keys are data (so that each key itself is owned), not named fields. */
    boolean openKeys();

    /** The path element of a list's item: {@code k:{…}} for keyed lists, {@code v:…} for sets. */
    default String element(JsonNode item) {
        if (listKind() == ListKind.SET) {
            return "v:" + item;
        }
        TreeMap<String, JsonNode> values = new TreeMap<>();
        for (String key : keys()) {
            JsonNode value = item.has(key) ? item.get(key) : keyDefault(key);
            if (!value.isMissingNode()) {
                values.put(key, value);
            }
        }
        ObjectNode node = Json.object();
        node.setAll(values);
        return "k:" + node;
    }
}
