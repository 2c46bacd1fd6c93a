package dev.distillery.operator.stage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.recipe.RecipeDocument;
import dev.distillery.schema.StructuralSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Recipes made from the CRD's schema, so that a field that is added tomorrow is there without a word here: with any of its
 * fields set to what the schema allows, or broken in one to four places.
 */
public final class RandomRecipes {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> RECIPES = List.of(
            """
            dataset:
              train: {images: {uri: "file:///data/ti"}, labels: {uri: "pvc://photos/tl"}}
              validation: {images: {uri: "pvc://a.long-name/vi"}, labels: {uri: "file:///data/vl"}}
            teacher: {model: {family: resnet-cifar, depth: 14}, epochs: 200}
            student: {model: {family: resnet-cifar, depth: 8}, epochs: 200}
            publish: {destinations: [{uri: "pvc://models/vision"}]}
            """,
            """
            dataset:
              format: imageFolder
              train: {folder: {uri: "pvc://photos/train"}}
              validation: {folder: {uri: "pvc://photos/validation"}}
              classes: [cat, "Hündchen"]
            student: {model: {family: mobilenet-v2, width: 0.5}, epochs: 300}
            tricks: {distillation: {enabled: false}}
            publish: {destinations: [{uri: "file:///models"}]}
            """);

    /** Texts that mean something somewhere, and those that mean trouble. */
    private static final List<String> TEXTS = List.of(
            "",
            "a",
            "team-a",
            "nvidia.com/gpu",
            "amd.com/gpu",
            "nvidia.com/mig-1g.10gb",
            "kubernetes.io/x",
            "8Gi",
            "64Mi",
            "0Gi",
            "999999Gi",
            "1h",
            "0s",
            "Exists",
            "Equal",
            "host",
            "privileged",
            "unconfined",
            "root",
            "0",
            "job-name",
            "distillery.dev/recipe",
            "container.apparmor.security.beta.kubernetes.io/trainer",
            "seccomp.security.alpha.kubernetes.io/pod",
            "DISTILLERY_RECIPE",
            "LD_PRELOAD",
            "hostPath",
            "a\nb",
            "a\n",
            "\u0000",
            "\uD83D\uDE00",
            "Hündchen",
            "../..",
            "pvc://photos/../x",
            "pvc://Photos/x",
            "s3://b/k",
            "http:// x",
            "file:///",
            "%2e%2e",
            "-a",
            "a-",
            "a..b",
            "a/b/c",
            "A".repeat(64),
            "a".repeat(300),
            "ä".repeat(3000));

    private final Random random;
    private final JsonNode spec = RecipeDocument.schema().json().at("/properties/spec");

    public RandomRecipes(long seed) {
        this.random = new Random(seed);
    }

    /** @return a recipe in which each field but the data and the networks may have any value of its schema */
    public ObjectNode varied() {
        ObjectNode document = document();
        ObjectNode body = (ObjectNode) document.get("spec");
        for (String name :
                List.of("training", "tricks", "compute", "checkpoint", "retry", "export", "gate", "retention")) {
            JsonNode schema = spec.path("properties").path(name);
            if (!schema.isMissingNode() && !body.has(name) && random.nextBoolean()) {
                body.set(name, value(schema, 0.4));
            }
        }
        return document;
    }

    /** @return a varied recipe with one to four places broken, by whatever JSON can hold */
    public ObjectNode broken() {
        ObjectNode document = varied();
        for (int i = random.nextInt(4); i >= 0; i--) {
            breakOne(document);
        }
        return document;
    }

    private ObjectNode document() {
        ObjectNode document =
                JSON.objectNode().put("apiVersion", "distillery.dev/v1alpha1").put("kind", "TrainingRecipe");
        document.putObject("metadata")
                .put("name", "r" + random.nextInt(1_000_000))
                .put("namespace", "default");
        document.set("spec", RecipeDocument.readTree(pick(RECIPES)));
        return document;
    }

    /** @return a value of the schema's type, most often one that the schema allows */
    private JsonNode value(JsonNode schema, double density) {
        StructuralSchema rules = new StructuralSchema(schema);
        JsonNode value = JSON.nullNode();
        for (int i = 0; i < 30; i++) {
            value = candidate(schema, density);
            if (rules.validate(value).isEmpty()) {
                return value;
            }
        }
        return value;
    }

    private JsonNode candidate(JsonNode schema, double density) {
        if (schema.has("enum")) {
            return schema.get("enum").get(random.nextInt(schema.get("enum").size()));
        }
        return switch (schema.path("type").asText()) {
            case "object" -> object(schema, density);
            case "array" -> {
                ArrayNode array = JSON.arrayNode();
                for (int i = random.nextInt(3); i > 0; i--) {
                    array.add(value(schema.get("items"), density));
                }
                yield array;
            }
            case "integer" ->
                JSON.numberNode(
                        schema.path("minimum").asLong(0) + random.nextInt(pick(List.of(1, 10, 1000, 100_000)) + 1));
            case "number" ->
                JSON.numberNode(
                        schema.path("minimum").asDouble(0) + random.nextDouble() * pick(List.of(0.01, 1.0, 100.0)));
            case "boolean" -> JSON.booleanNode(random.nextBoolean());
            default -> JSON.textNode(pick(TEXTS));
        };
    }

    private JsonNode object(JsonNode schema, double density) {
        ObjectNode object = JSON.objectNode();
        if (schema.path("additionalProperties").isObject()) {
            for (int i = random.nextInt(3); i > 0; i--) {
                object.set(pick(TEXTS), value(schema.get("additionalProperties"), density));
            }
        }
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            if (required.contains(property.getKey()) || random.nextDouble() < density) {
                object.set(property.getKey(), value(property.getValue(), density));
            }
        }
        return object;
    }

    private void breakOne(ObjectNode document) {
        JsonNode at = document.get("spec");
        List<JsonNode> path = new ArrayList<>(List.of(at));
        while (at.isContainerNode() && !at.isEmpty() && random.nextInt(5) > 0) {
            List<JsonNode> children = new ArrayList<>();
            at.forEach(children::add);
            at = pick(children);
            if (at.isContainerNode()) {
                path.add(at);
            }
        }
        JsonNode victim = path.get(path.size() - 1);
        if (victim instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.isEmpty() || random.nextInt(6) == 0 ? pick(TEXTS) : pick(names);
            if (random.nextInt(4) == 0) {
                object.remove(name);
            } else {
                object.set(name, anything());
            }
        } else if (victim instanceof ArrayNode array) {
            array.add(anything());
        }
    }

    private JsonNode anything() {
        return switch (random.nextInt(10)) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.booleanNode(random.nextBoolean());
            case 2 -> JSON.numberNode(random.nextInt(3) - 1);
            case 3 -> JSON.numberNode(pick(List.of(Long.MAX_VALUE, Long.MIN_VALUE, 1L << 31, 1L << 53)));
            case 4 -> JSON.numberNode(pick(List.of(1e300, -0.0, 1e-320, 2.0, 1e18, 0.5)));
            case 5 -> JSON.objectNode().set(pick(TEXTS), JSON.textNode(pick(TEXTS)));
            case 6 -> JSON.arrayNode().add(pick(TEXTS)).add(random.nextInt());
            case 7 -> JSON.arrayNode();
            case 8 -> JSON.objectNode();
            default -> JSON.textNode(pick(TEXTS));
        };
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
