package dev.distillery.operator.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.Recipes;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.Artifact;
import dev.distillery.status.Condition;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KServeServiceTest {
    private static final Artifact LOCAL = new Artifact("file:///models/vision/3", 3, "aa", null);
    private static final Artifact CLAIM = new Artifact("pvc://models/vision/3", 3, "aa", null);
    private static final Artifact BUCKET = new Artifact("s3://models/students/vision/3", 3, "aa", null);
    private static final Artifact IMAGE =
            new Artifact("oci://registry.example:5000/vision:3", 3, "aa", "sha256:" + "b".repeat(64));
    private static final Artifact PACK =
            new Artifact("oci://registry.example:5000/packs/vision:3", 3, "aa", "sha256:" + "c".repeat(64));

    private static final String YAML =
            """
            apiVersion: distillery.dev/v1alpha1
            kind: TrainingRecipe
            metadata: {name: photos}
            spec:
              dataset:
                train: {images: {uri: "file:///data/ti"}, labels: {uri: "file:///data/tl"}}
                validation: {images: {uri: "file:///data/vi"}, labels: {uri: "file:///data/vl"}}
              student: {model: {family: resnet-cifar, depth: 8}, epochs: 30}
              tricks: {distillation: {enabled: false}}
              publish:
                modelName: vision
                destinations:
                  - {uri: "file:///models"}
                  - {uri: "oci://registry.example:5000/packs", format: modelPack}
                  - {uri: "oci://registry.example:5000"}
                  - {uri: "pvc://models"}
                  - {uri: "s3://models/students"}
                inferenceService: {minReplicas: 1, canaryTrafficPercent: 20}
            """;

    @Test
    void aClaimsVersionIsMountedWhereTritonLooksForIt() {
        GenericKubernetesResource service = KServeService.desired(version(CLAIM));
        assertThat(service.<Map<String, Object>>get("spec", "predictor", "volumes", 0))
                .containsEntry("name", "kserve-pvc-source")
                .containsEntry("persistentVolumeClaim", Map.of("claimName", "models", "readOnly", true));
        assertThat(mounts(service))
                .containsExactly(
                        "vision/3 at /mnt/models/vision/3",
                        "vision/3/config.pbtxt at /mnt/models/vision/config.pbtxt",
                        "vision/3/labels.txt at /mnt/models/vision/labels.txt");
        assertThat(service.<Map<String, Object>>get("spec", "predictor", "model"))
                .containsEntry("protocolVersion", "v2")
                .containsEntry("modelFormat", Map.of("name", "triton"))
                .containsEntry("storageUri", "pvc://models/vision/3/");
        assertThat(service.<Integer>get("spec", "predictor", "canaryTrafficPercent"))
                .isEqualTo(20);
        assertThat(service.<Integer>get("spec", "predictor", "maxReplicas")).isNull();
        assertThat(service.getMetadata().getOwnerReferences()).hasSize(1);
    }

    @Test
    void aBucketsVersionIsDownloadedThere() {
        GenericKubernetesResource service = KServeService.desired(version(BUCKET));
        assertThat(service.<String>get("spec", "predictor", "model", "storageUri"))
                .isEqualTo("s3://models/students/vision/3/");
        assertThat(service.<Map<String, Object>>get("spec", "predictor", "volumes", 0))
                .containsEntry("name", "kserve-provision-location")
                .containsEntry("emptyDir", Map.of());
        assertThat(mounts(service))
                .containsExactly(
                        "null at /mnt/models/vision/3",
                        "config.pbtxt at /mnt/models/vision/config.pbtxt",
                        "labels.txt at /mnt/models/vision/labels.txt");
    }

    @Test
    void anImageHoldsTheLayoutItself() {
        GenericKubernetesResource service = KServeService.desired(version(IMAGE));
        assertThat(service.<String>get("spec", "predictor", "model", "storageUri"))
                .as("by its digest: the tag could be moved")
                .isEqualTo("oci+native://registry.example:5000/vision@sha256:" + "b".repeat(64));
        assertThat(service.<Object>get("spec", "predictor", "volumes")).isNull();
    }

    @Test
    void theFirstArtifactThatKServeCanReadIsServed() {
        assertThat(version(LOCAL, PACK, IMAGE, CLAIM).artifact()).isEqualTo(IMAGE);
        assertThat(ServedVersion.of(recipe(), status("True", LOCAL, PACK))).isEmpty();
    }

    /** A trainer reports its artifacts before its pod has ended. */
    @Test
    void nothingIsServedBeforeItIsPublished() {
        assertThat(ServedVersion.of(recipe(), status("False", CLAIM))).isEmpty();
    }

    @Test
    void theManifestForAPipelineHasNoOwner() {
        String yaml = ManifestConfigMap.desired(version(CLAIM)).getData().get(ManifestConfigMap.FILE);
        GenericKubernetesResource manifest = Serialization.unmarshal(yaml, GenericKubernetesResource.class);
        assertThat(manifest.getMetadata().getOwnerReferences()).isEmpty();
        assertThat(manifest.getApiVersion()).isEqualTo("serving.kserve.io/v1beta1");
        assertThat(manifest.getAdditionalProperties())
                .isEqualTo(KServeService.desired(version(CLAIM)).getAdditionalProperties());
    }

    @Test
    void servingOtherwiseIsNoNewRun() {
        TrainingRecipe otherwise = recipe();
        otherwise.setSpec(RecipeDocument.parse(YAML.replace("canaryTrafficPercent: 20", "mode: manifest"))
                .spec());
        assertThat(StagePlan.runId(otherwise)).isEqualTo(StagePlan.runId(recipe()));
        otherwise.setSpec(RecipeDocument.parse(YAML.replace("modelName: vision", "modelName: other"))
                .spec());
        assertThat(StagePlan.runId(otherwise)).isNotEqualTo(StagePlan.runId(recipe()));
    }

    private static List<String> mounts(GenericKubernetesResource service) {
        return service.<List<Map<String, String>>>get("spec", "predictor", "model", "volumeMounts").stream()
                .map(mount -> mount.get("subPath") + " at " + mount.get("mountPath"))
                .toList();
    }

    private static ServedVersion version(Artifact... artifacts) {
        return ServedVersion.of(recipe(), status("True", artifacts)).orElseThrow();
    }

    private static TrainingRecipeStatus status(String published, Artifact... artifacts) {
        Condition condition = new Condition(Condition.PUBLISHED, published, "R", "m", "2026-01-01T00:00:00Z", 1L);
        return new TrainingRecipeStatus(
                1L, null, null, null, List.of(condition), null, null, null, null, List.of(artifacts), null, null, null);
    }

    private static TrainingRecipe recipe() {
        TrainingRecipe recipe = Recipes.stored("photos", false);
        recipe.setSpec(RecipeDocument.parse(YAML).spec());
        return recipe;
    }
}
