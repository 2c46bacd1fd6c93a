package dev.distillery.recipe;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.distillery.schema.StructuralSchema;
import dev.distillery.schema.Violation;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A recipe as a user wrote it, checked against the schema and filled up with its defaults, as an API server would.
 *
 * @param json the whole document, defaults applied
 */
public record RecipeDocument(String namespace, String name, ObjectNode json, TrainingRecipeSpec spec) {
    /** Where the generated CRD lies on the class path. */
    public static final String CRD_RESOURCE = "/dev/distillery/trainingrecipes.distillery.dev-v1.yml";

    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final Pattern MARK = Pattern.compile("line \\d+, column \\d+");
    private static final ObjectMapper STRICT =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /**
     * @param yaml one YAML or JSON document
     * @throws RecipeException with every breach of the schema: unknown keys, missing fields, wrong types, out of range
     */
    public static RecipeDocument parse(String yaml) {
        return of(readTree(yaml));
    }

    /**
     * @param yaml one YAML or JSON document
     * @return the document as it is written, unchecked
     * @throws RecipeException unless the text is well formed and a mapping
     */
    public static ObjectNode readTree(String yaml) {
        JsonNode tree;
        try {
            tree = YAML.readTree(yaml);
        } catch (JsonProcessingException e) {
            String expected = e instanceof MismatchedInputException ? "one recipe in a file" : "valid YAML";
            throw new RecipeException(List.of(new Violation(where(e), problem(e), expected)));
        }
        if (!(tree instanceof ObjectNode json)) {
            throw new RecipeException(List.of(new Violation("document", "no mapping", "a TrainingRecipe")));
        }
        return json;
    }

    /**
     * @param json a whole document; its defaults are filled in
     * @throws RecipeException as {@link #parse} does
     */
    public static RecipeDocument of(ObjectNode json) {
        List<Violation> violations = check(json);
        if (!violations.isEmpty()) {
            throw new RecipeException(violations);
        }
        String namespace = json.path("metadata").path("namespace").asText("default");
        return new RecipeDocument(
                namespace, json.path("metadata").path("name").asText(), json, readSpec(json.path("spec")));
    }

    /**
     * @param json a whole document; unknown fields are taken out and defaults filled in, as an API server would
     * @return every breach of the schema
     */
    public static List<Violation> check(ObjectNode json) {
        List<Violation> violations = new ArrayList<>();
        expect(json, "apiVersion", TrainingRecipeNames.API_VERSION, violations);
        expect(json, "kind", TrainingRecipeNames.KIND, violations);
        String name = json.path("metadata").path("name").asText("");
        if (!name.matches("[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?")) {
            violations.add(new Violation(
                    "metadata.name",
                    name.isEmpty() ? "nothing" : "\"" + name + "\"",
                    "lower-case letters, digits and '-', at most 40 characters"));
        }
        StructuralSchema schema = schema();
        violations.addAll(schema.unknownFields(json));
        schema.prune(json);
        schema.applyDefaults(json);
        violations.addAll(schema.validate(json));
        return violations;
    }

    /** @param spec a spec with its defaults, as {@link #parse} leaves it or an API server stores it */
    public static TrainingRecipeSpec readSpec(JsonNode spec) {
        try {
            return STRICT.treeToValue(spec, TrainingRecipeSpec.class);
        } catch (JsonProcessingException e) {
            throw new RecipeException(
                    List.of(new Violation("spec", firstLine(e.getOriginalMessage()), "a recipe's spec")));
        }
    }

    /** @return the schema of version v1alpha1, read from the generated CRD */
    public static StructuralSchema schema() {
        try (InputStream crd = RecipeDocument.class.getResourceAsStream(CRD_RESOURCE)) {
            return new StructuralSchema(YAML.readTree(crd).at("/spec/versions/0/schema/openAPIV3Schema"));
        } catch (IOException e) {
            throw new IllegalStateException(CRD_RESOURCE + " is part of this jar and readable", e);
        }
    }

    private static void expect(JsonNode json, String field, String value, List<Violation> violations) {
        String got = json.path(field).asText("");
        if (!got.equals(value)) {
            violations.add(new Violation(field, got.isEmpty() ? "nothing" : "\"" + got + "\"", value));
        }
    }

    /** The YAML reader's own mark where it has one: Jackson's location is that of the last good token. */
    private static String where(JsonProcessingException e) {
        Matcher mark = MARK.matcher(e.getOriginalMessage());
        String where = null;
        while (mark.find()) {
            where = mark.group();
        }
        JsonLocation at = e.getLocation();
        if (where == null && at != null) {
            where = "line " + at.getLineNr() + ", column " + at.getColumnNr();
        }
        return where == null ? "document" : where;
    }

    /** The YAML reader's context and problem, without the excerpts and positions that it mixes in. */
    private static String problem(JsonProcessingException e) {
        if (e instanceof MismatchedInputException) {
            return "a second document";
        }
        return e.getOriginalMessage()
                .lines()
                .filter(line -> !line.startsWith(" "))
                .collect(Collectors.joining(": "));
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse(text);
    }
}
