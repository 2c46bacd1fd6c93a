package dev.distillery.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.function.Function;

/**
 * A column of a printed table.
 *
 * @param priority 0 for always, more for {@code -o wide} only
 */
record Column(String name, String type, String format, int priority, Function<JsonNode, JsonNode> cell) {
    static Column text(String name, Function<JsonNode, String> cell) {
        return new Column(name, "string", "", 0, object -> TextNode.valueOf(cell.apply(object)));
    }

    static Column at(String name, String pointer) {
        return text(name, object -> object.at(pointer).asText(""));
    }

    static Column value(String name, String type, int priority, String path) {
        return new Column(name, type, "", priority, object -> {
            JsonNode value = ColumnPath.find(object, path);
            return value.isMissingNode() ? NullNode.getInstance() : value;
        });
    }

    static Column objectName() {
        return new Column("Name", "string", "name", 0, object -> object.at("/metadata/name"));
    }
}
