package dev.distillery.cli;

import dev.distillery.recipe.Dataset;
import dev.distillery.recipe.Publish;
import dev.distillery.recipe.TrainingRecipeSpec;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The volume claims that a recipe names by {@code pvc://}. In a cluster somebody has made them; an embedded one has
 * nobody, and a pod would wait for them for ever.
 */
final class RecipeClaims {
    /** A claim needs a size; the embedded cluster's is that of the disk. */
    private static final Quantity SIZE = new Quantity("1Gi");

    private RecipeClaims() {}

    /** @return each claim once, by name */
    static List<PersistentVolumeClaim> of(String namespace, TrainingRecipeSpec spec) {
        Dataset data = spec.dataset();
        Stream<String> sources = Stream.of(data.train(), data.validation())
                .flatMap(split -> split.sources().stream())
                .map(Dataset.Source::uri);
        Stream<String> destinations = spec.publish().destinations().stream().map(Publish.Destination::uri);
        TreeSet<String> names = new TreeSet<>();
        Stream.concat(sources, destinations)
                .map(URI::create)
                .filter(uri -> "pvc".equals(uri.getScheme()))
                .forEach(uri -> names.add(uri.getHost()));
        return names.stream().map(name -> claim(namespace, name)).toList();
    }

    private static PersistentVolumeClaim claim(String namespace, String name) {
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withNewResources()
                .withRequests(Map.of("storage", SIZE))
                .endResources()
                .endSpec()
                .build();
    }
}
