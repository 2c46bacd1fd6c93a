package dev.distillery.operator.serving;

import dev.distillery.recipe.InferenceService;
import dev.distillery.recipe.Publish;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.Artifact;
import dev.distillery.status.Condition;
import dev.distillery.status.TrainingRecipeStatus;
import dev.distillery.validation.InferenceServiceRules;
import java.net.URI;
import java.util.Optional;

/**
 * The version that an inference service shall serve.
 *
 * @param artifact the first one, in the order of the recipe's destinations, that KServe can read
 */
public record ServedVersion(TrainingRecipe recipe, Artifact artifact) {

    /** @return empty until the recipe's run has published; artifacts alone may be those of a pod that still ends */
    public static Optional<ServedVersion> of(TrainingRecipe recipe, TrainingRecipeStatus status) {
        boolean published = status.conditions().stream()
                .anyMatch(condition -> condition.type().equals(Condition.PUBLISHED)
                        && condition.status().equals("True"));
        if (!published || status.artifacts() == null) {
            return Optional.empty();
        }
        return recipe.getSpec().publish().destinations().stream()
                .filter(InferenceServiceRules::readable)
                .flatMap(destination ->
                        status.artifacts().stream().filter(artifact -> liesIn(destination, recipe, artifact)))
                .findFirst()
                .map(artifact -> new ServedVersion(recipe, artifact));
    }

    private static boolean liesIn(Publish.Destination destination, TrainingRecipe recipe, Artifact artifact) {
        String model = destination.uri().replaceAll("/+$", "") + "/" + modelName(recipe);
        return artifact.uri().equals(model + "/" + artifact.version())
                || artifact.uri().equals(model + ":" + artifact.version());
    }

    InferenceService wish() {
        return recipe.getSpec().publish().inferenceService();
    }

    String namespace() {
        return recipe.getMetadata().getNamespace();
    }

    String recipeName() {
        return recipe.getMetadata().getName();
    }

    /** @return of the model, as its folder is called */
    String modelName() {
        return modelName(recipe);
    }

    private static String modelName(TrainingRecipe recipe) {
        String name = recipe.getSpec().publish().modelName();
        return name == null ? recipe.getMetadata().getName() : name;
    }

    /** @return of the InferenceService */
    public String serviceName() {
        return serviceName(recipe);
    }

    public static String serviceName(TrainingRecipe recipe) {
        String name = recipe.getSpec().publish().inferenceService().name();
        return name == null ? recipe.getMetadata().getName() : name;
    }

    /** Whether it is an image with the model's layout inside; else a version's folder. */
    boolean isImage() {
        return location().getScheme().equals("oci");
    }

    boolean isOnClaim() {
        return location().getScheme().equals("pvc");
    }

    URI location() {
        return URI.create(artifact.uri());
    }

    /**
     * @return by its digest, where the trainer told it: a tag can be moved. To be mounted as an image volume whatever the
     *     cluster's default is: the other way, a modelcar, starts a shell, which the image lacks
     */
    String image() {
        String uri = artifact.uri().replaceFirst("oci", "oci+native");
        return artifact.digest() == null ? uri : uri.substring(0, uri.lastIndexOf(':')) + "@" + artifact.digest();
    }

    @Override
    public String toString() {
        return modelName() + " version " + artifact.version();
    }
}
