package dev.distillery.operator;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.recipe.TrainingRecipeSpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;

/** Recipes that are valid, with a field replaced here and there. */
public final class Recipes {
    private static final String YAML =
            """
            apiVersion: distillery.dev/v1alpha1
            kind: TrainingRecipe
            metadata: {name: %s, namespace: default}
            spec:
              dataset:
                train: {images: {uri: "file:///data/ti"}, labels: {uri: "file:///data/tl"}}
                validation: {images: {uri: "pvc://photos/vi"}, labels: {uri: "file:///data/vl"}}
              teacher: {model: {family: resnet-cifar, depth: 14}, epochs: 10}
              student: {model: {family: resnet-cifar, depth: 8}, epochs: 30}
              tricks: {distillation: {enabled: %s}}
              suspend: %s
              compute: {cpus: 1, memory: 1Gi}
              publish: {destinations: [{uri: "file:///models"}], modelName: %s}
            """;

    private Recipes() {}

    /** @param behaviour the model's name, by which the trainer of the tests knows what to do */
    public static TrainingRecipe recipe(String name, String behaviour, boolean distils) {
        return recipe(name, behaviour, distils, false);
    }

    public static TrainingRecipe recipe(String name, String behaviour, boolean distils, boolean suspend) {
        RecipeDocument document = RecipeDocument.parse(YAML.formatted(name, distils, suspend, behaviour));
        TrainingRecipe recipe = new TrainingRecipe();
        recipe.setMetadata(
                new ObjectMetaBuilder().withName(name).withNamespace("default").build());
        recipe.setSpec(document.spec());
        return recipe;
    }

    /** Changed as with {@code kubectl edit}: a field of {@code spec} by its JSON pointer. */
    public static TrainingRecipe with(TrainingRecipe recipe, String pointer, Object value) {
        ObjectNode spec = new ObjectMapper().valueToTree(recipe.getSpec());
        int last = pointer.lastIndexOf('/');
        ((ObjectNode) spec.at(pointer.substring(0, last))).putPOJO(pointer.substring(last + 1), value);
        recipe.setSpec(Serialization.unmarshal(spec.toString(), TrainingRecipeSpec.class));
        return recipe;
    }

    public static TrainingRecipe inQueue(TrainingRecipe recipe, String queue) {
        return with(recipe, "/compute/queue", queue);
    }

    /** @param destinations of its student, in YAML */
    public static TrainingRecipe publishingTo(String destinations) {
        String yaml =
                YAML.formatted("photos", true, false, "happy").replace("[{uri: \"file:///models\"}]", destinations);
        TrainingRecipe recipe = stored("photos", true);
        recipe.setSpec(RecipeDocument.parse(yaml).spec());
        return recipe;
    }

    /** A recipe as the API server gives it back. */
    public static TrainingRecipe stored(String name, boolean distils) {
        TrainingRecipe recipe = recipe(name, "happy", distils);
        recipe.getMetadata().setUid("uid-" + name);
        recipe.getMetadata().setGeneration(3L);
        return recipe;
    }
}
