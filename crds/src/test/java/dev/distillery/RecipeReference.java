package dev.distillery;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The page of the documentation that names each field and rule of the CRD. */
final class RecipeReference {
    private static final String HEAD =
            """
            # Recipe reference

            Generated from the CRD by `mvn -pl crds test -Dcrds.regenerate=true`. Rules between fields are
            below it; what an API server cannot check, \
            [`RecipeValidator`](../crds/src/main/java/dev/distillery/validation/RecipeValidator.java) does.

            | Field | Type | Default | Bounds | Meaning |
            |---|---|---|---|---|
            """;
    private static final String RULES =
            """

            ## Rules between fields

            | Field | Rule |
            |---|---|
            """;

    private final StringBuilder page = new StringBuilder(HEAD);

    private RecipeReference() {}

    /** @param schema of the whole resource */
    static String of(JsonNode schema) {
        RecipeReference reference = new RecipeReference();
        reference.fields(schema.at("/properties/spec"), "spec");
        reference.page.append(RULES);
        reference.rules(schema, "");
        return reference.page.toString();
    }

    private void fields(JsonNode schema, String path) {
        List<String> required = texts(schema.path("required"));
        schema.path("properties").properties().forEach(field -> {
            JsonNode child = field.getValue();
            String here = path + "." + field.getKey();
            row(
                    code(here),
                    child.path("type").asText(),
                    required.contains(field.getKey()) ? "required" : preset(child.path("default")),
                    bounds(child),
                    child.path("description").asText());
            fields(child, here);
            if (child.has("items")) {
                fields(child.get("items"), here + "[]");
            }
        });
    }

    private void rules(JsonNode schema, String path) {
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            String where = (path + rule.path("fieldPath").asText()).replaceFirst("^\\.", "");
            row(code(where.isEmpty() ? "recipe" : where), rule.path("message").asText());
        }
        schema.path("properties").properties().forEach(field -> rules(field.getValue(), path + "." + field.getKey()));
        if (schema.has("items")) {
            rules(schema.get("items"), path + "[]");
        }
    }

    private void row(String... cells) {
        page.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private static String preset(JsonNode value) {
        if (value.isMissingNode() || value.isObject()) {
            return "";
        }
        return code(value.isNumber() ? number(value) : value.isArray() ? value.toString() : value.asText());
    }

    private static String bounds(JsonNode schema) {
        List<String> words = new ArrayList<>();
        if (schema.has("enum")) {
            words.add("one of "
                    + texts(schema.get("enum")).stream()
                            .map(RecipeReference::code)
                            .collect(Collectors.joining(", ")));
        }
        if (schema.has("minimum")) {
            words.add("≥ " + number(schema.get("minimum")));
        }
        if (schema.has("maximum")) {
            words.add("≤ " + number(schema.get("maximum")));
        }
        if (schema.has("pattern")) {
            // In a table a bar ends a cell.
            words.add("matches " + code(schema.get("pattern").asText().replace("|", "\\|")));
        }
        return String.join("; ", words);
    }

    private static String number(JsonNode value) {
        return new BigDecimal(value.asText()).stripTrailingZeros().toPlainString();
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static String code(String text) {
        return "`" + text + "`";
    }
}
