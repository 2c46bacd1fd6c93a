import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.recipe.TrainingRecipeSpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;

/** Recipes without a teacher, of 30 epochs. */
final class Recipes {
    static final int EPOCHS = 30;
    /** Its label with the kind that {@link #recipe} is given. */
    static final String KIND = "benchmark";

    private static final String YAML =
            """
            apiVersion: distillery.dev/v1alpha1
            kind: TrainingRecipe
            metadata: {name: benchmark}
            spec:
              dataset:
                train: {images: {uri: "pvc://data/ti"}, labels: {uri: "pvc://data/tl"}}
                validation: {images: {uri: "pvc://data/vi"}, labels: {uri: "pvc://data/vl"}}
              student: {model: {family: resnet-cifar, depth: 8}, epochs: %d}
              tricks: {distillation: {enabled: false}}
              compute: {cpus: 1, memory: 1Gi}
              publish: {destinations: [{uri: "pvc://models/vision"}]}
            """
                    .formatted(EPOCHS);

    private static final TrainingRecipeSpec SPEC = RecipeDocument.parse(YAML).spec();

    private Recipes() {}

    /** @param i chooses the namespace */
    static TrainingRecipe recipe(String name, int i, String kind) {
        TrainingRecipe recipe = new TrainingRecipe();
        recipe.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(Cluster.namespace(i))
                .addToLabels(KIND, kind)
                .build());
        recipe.setSpec(SPEC);
        return recipe;
    }
}
