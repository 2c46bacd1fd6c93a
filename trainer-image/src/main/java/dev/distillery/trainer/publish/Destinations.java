package dev.distillery.trainer.publish;

import dev.distillery.recipe.Publish;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.data.SourceLocation;
import dev.distillery.trainer.publish.oci.OciModel;
import dev.distillery.trainer.publish.s3.S3Model;
import dev.distillery.trainer.signing.SigningKey;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** From a recipe's URIs to the places that they name. */
public final class Destinations {
    private Destinations() {}

    /**
     * @param location finds folders
     * @param env of the process, with what the destinations' Secrets hold
     * @param key signs images; null to leave them unsigned
     * @return in the recipe's order
     * @throws TrainerException INVALID_RECIPE if a URI cannot be resolved, PUBLISH_FAILED if a Secret lacks a key
     */
    public static List<Destination> of(
            ResolvedRecipe recipe, SourceLocation location, Map<String, String> env, SigningKey key) {
        List<Destination> places = new ArrayList<>();
        List<Publish.Destination> destinations = recipe.spec().publish().destinations();
        for (int i = 0; i < destinations.size(); i++) {
            Publish.Destination destination = destinations.get(i);
            String uri = destination.uri();
            Credentials credentials = Credentials.of(i, destination, env);
            places.add(
                    switch (destination.scheme()) {
                        case "s3" -> S3Model.of(destination, recipe.modelName(), credentials, Patience.USUAL);
                        case "oci" -> OciModel.of(destination, recipe.modelName(), credentials, Patience.USUAL, key);
                        default ->
                            new ModelFolder(
                                    uri,
                                    location.resolve("spec.publish.destinations[" + i + "].uri", uri),
                                    recipe.modelName(),
                                    Clock.systemUTC());
                    });
        }
        return places;
    }

    /** @param root of models */
    public static Destination folder(Path root, String modelName) {
        return new ModelFolder(root.toUri().toString(), root, modelName, Clock.systemUTC());
    }
}
