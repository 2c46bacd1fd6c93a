package dev.distillery.embedded.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Predicate;

/** The module's one JSON mapper and its YAML sibling. Trees in the store are never changed in place: copy first. */
public final class Json {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private Json() {}

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    /** @throws StatusException 400 when the bytes are not JSON */
    public static JsonNode parse(byte[] bytes) {
        return parse(JSON, bytes);
    }

    /** JSON is YAML, so this reads both. @throws StatusException 400 when the bytes are neither */
    public static JsonNode parseYaml(byte[] bytes) {
        return parse(YAML, bytes);
    }

    public static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw StatusException.badRequest("invalid JSON: " + e.getOriginalMessage());
        }
    }

    public static byte[] bytes(JsonNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same JSON without a byte above 127: whatever reads it in pieces cuts no character in two. */
    public static byte[] asciiBytes(JsonNode node) {
        try {
            return JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes the array's items that match. */
    static void removeItems(ArrayNode array, Predicate<JsonNode> matches) {
        for (int i = array.size() - 1; i >= 0; i--) {
            if (matches.test(array.get(i))) {
                array.remove(i);
            }
        }
    }

    /** Removes every null member at any depth: a built-in kind's decoder treats null as absent. */
    static void dropNulls(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().removeIf(member -> member.getValue().isNull());
        }
        node.forEach(Json::dropNulls);
    }

    private static JsonNode parse(ObjectMapper mapper, byte[] bytes) {
        try {
            return mapper.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw StatusException.badRequest("the object provided is unrecognized: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
