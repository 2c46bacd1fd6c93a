package dev.distillery.operator.stage;

import dev.distillery.recipe.Dataset;
import dev.distillery.recipe.Publish;
import dev.distillery.recipe.TrainingRecipeSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A claim that the recipe names by a {@code pvc://claim/path}. It may be the workspace's, which is mounted once more: of two
 * volumes of one claim in a pod, kubelets wait for the second for ever.
 *
 * @param volumeName the volume's name in the pod; a claim's name may be longer than a volume's, and hold dots
 * @param writable false for claims that hold data only
 */
record MountedClaim(String claim, String volumeName, boolean writable) {
    /** Each claim is mounted below, by its name. */
    private static final String FOLDER = "/mnt/claims";

    /** The volume of the workspace. */
    static final String WORKSPACE = "workspace";

    /** @return the recipe's claims by name, each once */
    static List<MountedClaim> of(TrainingRecipeSpec spec) {
        Map<String, Boolean> writable = new TreeMap<>();
        Dataset data = spec.dataset();
        Stream.of(data.train(), data.validation())
                .flatMap(split -> split.sources().stream())
                .map(Dataset.Source::uri)
                .forEach(uri -> add(writable, uri, false));
        spec.publish().destinations().stream().map(Publish.Destination::uri).forEach(uri -> add(writable, uri, true));
        String workspace = spec.compute().workspaceClaim();
        List<MountedClaim> claims = new ArrayList<>();
        writable.forEach((claim, write) -> claims.add(
                new MountedClaim(claim, claim.equals(workspace) ? WORKSPACE : "claim-" + claims.size(), write)));
        return claims;
    }

    /** @return {@code claim=/folder} for each, separated by commas */
    static String environment(TrainingRecipeSpec spec) {
        return of(spec).stream().map(each -> each.claim() + "=" + each.path()).collect(Collectors.joining(","));
    }

    private static void add(Map<String, Boolean> writable, String uri, boolean write) {
        URI parsed = URI.create(uri);
        if ("pvc".equals(parsed.getScheme())) {
            writable.merge(parsed.getHost(), write, Boolean::logicalOr);
        }
    }

    VolumeMount mount() {
        return new VolumeMountBuilder()
                .withName(volumeName)
                .withMountPath(path())
                .withReadOnly(writable ? null : Boolean.TRUE)
                .build();
    }

    /** @return empty if the pod has it anyway */
    Optional<Volume> volume() {
        return volumeName.equals(WORKSPACE)
                ? Optional.empty()
                : Optional.of(new VolumeBuilder()
                        .withName(volumeName)
                        .withNewPersistentVolumeClaim(claim, writable ? null : Boolean.TRUE)
                        .build());
    }

    private String path() {
        return FOLDER + "/" + claim;
    }
}
