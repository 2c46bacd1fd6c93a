package dev.distillery.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code spec.training.seed=2} on the command line.
 *
 * @param path names, and indices of lists as numbers in brackets: {@code spec}, {@code publish}, {@code [0]}
 * @param value read as YAML; null removes the field
 */
record FieldOverride(List<String> path, JsonNode value) {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern SEGMENT = Pattern.compile("([^.\\[\\]]+)((?:\\[\\d+])*)");
    private static final String EXPECTED = "expected PATH=VALUE, e.g. spec.training.seed=2";

    static final class Converter implements ITypeConverter<FieldOverride> {
        @Override
        public FieldOverride convert(String text) {
            try {
                return parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** @throws IllegalArgumentException with what is wrong with the text */
    static FieldOverride parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException("got '" + text + "', " + EXPECTED);
        }
        List<String> path = new ArrayList<>();
        for (String segment : text.substring(0, equals).split("\\.", -1)) {
            Matcher matcher = SEGMENT.matcher(segment);
            if (!matcher.matches()) {
                throw new IllegalArgumentException(
                        "got '" + segment + "' in path '" + text.substring(0, equals) + "', " + EXPECTED);
            }
            path.add(matcher.group(1));
            Pattern.compile("\\[\\d+]").matcher(matcher.group(2)).results().forEach(index -> path.add(index.group()));
        }
        try {
            JsonNode value = YAML.readTree(text.substring(equals + 1));
            return new FieldOverride(
                    List.copyOf(path),
                    value.isMissingNode() ? YAML.getNodeFactory().nullNode() : value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("value '" + text.substring(equals + 1) + "' is no YAML");
        }
    }

    /** @throws IllegalArgumentException if the path leads through something that is neither an object nor a list */
    void apply(ObjectNode document) {
        JsonNode at = document;
        for (int i = 0; i < path.size() - 1; i++) {
            JsonNode next = child(at, path.get(i));
            if (next == null || next.isNull()) {
                next = YAML.createObjectNode();
                put(at, i, next);
            }
            at = next;
        }
        put(at, path.size() - 1, value);
    }

    private static JsonNode child(JsonNode parent, String name) {
        return name.startsWith("[") ? parent.get(index(name)) : parent.get(name);
    }

    private void put(JsonNode parent, int position, JsonNode child) {
        String name = path.get(position);
        if (parent instanceof ObjectNode object && !name.startsWith("[")) {
            if (child.isNull()) {
                object.remove(name);
            } else {
                object.set(name, child);
            }
        } else if (parent instanceof ArrayNode array && name.startsWith("[") && index(name) < array.size()) {
            array.set(index(name), child);
        } else {
            throw new IllegalArgumentException("--set " + String.join(".", path) + ": there is no "
                    + String.join(".", path.subList(0, position + 1)) + " to set in this recipe");
        }
    }

    private static int index(String name) {
        return Integer.parseInt(name.substring(1, name.length() - 1));
    }
}
