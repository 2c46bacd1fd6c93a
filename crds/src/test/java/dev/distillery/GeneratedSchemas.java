package dev.distillery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.recipe.TrainingRecipeNames;
import dev.distillery.schema.StructuralSchema;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** From the records to the CRD's YAML, and from that to a JSON Schema that editors understand and a page for people. */
final class GeneratedSchemas {
    static final Path CRD = Path.of("src/main/resources/dev/distillery/trainingrecipes.distillery.dev-v1.yml");
    static final Path CHART_CRD = Path.of("../charts/distillery/crds/trainingrecipes.distillery.dev-v1.yml");
    static final Path JSON_SCHEMA = Path.of("trainingrecipe.schema.json");
    static final Path REFERENCE = Path.of("../docs/recipe.md");

    private static final ObjectMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .build();
    private static final ObjectMapper JSON = new ObjectMapper();

    private GeneratedSchemas() {}

    /** @return the CRD, with what the generator leaves out: a required spec, conditions as a map keyed by type */
    static String crd() {
        JsonNode crd = YAML.valueToTree(null);
        try {
            Path folder = Files.createTempDirectory("crd");
            new CRDGenerator()
                    .customResourceClasses(TrainingRecipe.class)
                    .forCRDVersions("v1")
                    .inOutputDir(folder.toFile())
                    .generate();
            try (var files = Files.list(folder)) {
                crd = YAML.readTree(files.findFirst().orElseThrow().toFile());
            }
            ObjectNode schema = (ObjectNode) crd.at("/spec/versions/0/schema/openAPIV3Schema");
            schema.putArray("required").add("spec");
            ObjectNode conditions = (ObjectNode) schema.at("/properties/status/properties/conditions");
            conditions
                    .put("x-kubernetes-list-type", "map")
                    .putArray("x-kubernetes-list-map-keys")
                    .add("type");
            objectDefaults(schema);
            wholeBounds(schema);
            fractionalMinimums(schema);
            // Who waits for a recipe that no operator has seen yet (kstatus, Flux) must not take it for done.
            ((ObjectNode) schema.at("/properties/status")).putObject("default").put("observedGeneration", -1);
            declaredOrder((ArrayNode) crd.at("/spec/versions/0/additionalPrinterColumns"));
            return "# Generated from the records in crds/; do not edit. `mvn -pl crds test -Dcrds.regenerate=true` writes it.\n"
                    + YAML.writeValueAsString(crd);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The generator writes {@code default: {}} as the record's Java zeros; the fields' own defaults must stand there
     * instead, the innermost first: an API server tests a default against the CEL rules before it fills it up.
     */
    private static void objectDefaults(JsonNode schema) {
        schema.forEach(GeneratedSchemas::objectDefaults);
        if (schema.path("default").isObject()) {
            new StructuralSchema(schema).applyDefaults(((ObjectNode) schema).putObject("default"));
        }
    }

    /** Bounds as they were written: 10000000, not 1.0E7. */
    private static void wholeBounds(JsonNode schema) {
        for (String bound : List.of("minimum", "maximum")) {
            JsonNode value = schema.path(bound);
            if (value.isNumber() && value.doubleValue() == Math.rint(value.doubleValue())) {
                ((ObjectNode) schema).put(bound, value.longValue());
            }
        }
        schema.forEach(GeneratedSchemas::wholeBounds);
    }

    /** An API server (1.34) cuts a bound to a whole number where the value is written as one: 0 would be at least 0.1. */
    private static void fractionalMinimums(JsonNode schema) {
        JsonNode minimum = schema.path("minimum");
        if (minimum.isNumber() && minimum.doubleValue() != Math.rint(minimum.doubleValue())) {
            ((ObjectNode) schema)
                    .putArray("x-kubernetes-validations")
                    .addObject()
                    .put("message", "expected at least " + minimum.asText())
                    .put("rule", "self >= " + minimum.asText());
        }
        schema.forEach(GeneratedSchemas::fractionalMinimums);
    }

    private static void declaredOrder(ArrayNode columns) {
        Map<String, JsonNode> byName = new HashMap<>();
        columns.forEach(column -> byName.put(column.get("name").asText(), column));
        columns.removeAll();
        for (AdditionalPrinterColumn column :
                TrainingRecipe.class.getAnnotationsByType(AdditionalPrinterColumn.class)) {
            columns.add(byName.get(column.name()));
        }
    }

    /** @return in Markdown */
    static String reference(String crd) {
        return RecipeReference.of(schema(crd));
    }

    private static JsonNode schema(String crd) {
        try {
            return YAML.readTree(crd).at("/spec/versions/0/schema/openAPIV3Schema");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return draft-07, strict about unknown keys, for {@code # yaml-language-server: $schema=…} */
    static String jsonSchema(String crd) {
        try {
            ObjectNode recipe = (ObjectNode) schema(crd);
            ObjectNode properties = (ObjectNode) recipe.get("properties");
            properties.remove("status");
            properties.putObject("apiVersion").put("const", TrainingRecipeNames.API_VERSION);
            properties.putObject("kind").put("const", TrainingRecipeNames.KIND);
            properties.putObject("metadata").put("type", "object");
            ArrayNode required = recipe.putArray("required");
            required.add("apiVersion").add("kind").add("metadata").add("spec");
            close(recipe.at("/properties/spec"));
            ObjectNode document = JSON.createObjectNode()
                    .put("$schema", "http://json-schema.org/draft-07/schema#")
                    .put("title", "Distillery TrainingRecipe " + TrainingRecipeNames.VERSION);
            document.setAll(recipe);
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document) + "\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(JsonNode schema) {
        if (schema instanceof ObjectNode object && object.has("properties")) {
            object.put("additionalProperties", false);
        }
        schema.forEach(GeneratedSchemas::close);
    }
}
