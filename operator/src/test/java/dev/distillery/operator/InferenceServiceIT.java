package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inference services of a packaged operator. */
class InferenceServiceIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String YAML =
            """
            apiVersion: distillery.dev/v1alpha1
            kind: TrainingRecipe
            metadata: {name: photos, namespace: default}
            spec:
              dataset:
                train: {images: {uri: "file:///data/ti"}, labels: {uri: "file:///data/tl"}}
                validation: {images: {uri: "file:///data/vi"}, labels: {uri: "file:///data/vl"}}
              student: {model: {family: resnet-cifar, depth: 8}, epochs: 30}
              tricks: {distillation: {enabled: false}}
              compute: {cpus: 1, memory: 1Gi}
              publish:
                destinations: [{uri: "file:///models"}, {uri: "pvc://models/vision"}]
                modelName: happy
                version: %d
                %s
            """;

    @TempDir
    Path folder;

    private KubernetesUnderTest kubernetes;
    private PlayedKServe kserve;
    private OperatorUnderTest operator;

    @BeforeEach
    void start() throws IOException {
        kubernetes = KubernetesUnderTest.start(folder.resolve("cluster"));
        kserve = new PlayedKServe(kubernetes);
        client().resource(new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName("models")
                        .endMetadata()
                        .withNewSpec()
                        .withAccessModes("ReadWriteOnce")
                        .withNewResources()
                        .withRequests(Map.of("storage", new Quantity("1Gi")))
                        .endResources()
                        .endSpec()
                        .build())
                .create();
        operator = new OperatorUnderTest(kubernetes.kubeconfig(), folder.resolve("operator.log"));
        operator.start();
    }

    @AfterEach
    void stop() throws IOException {
        if (operator == null) {
            return;
        }
        operator.close();
        kubernetes.close();
        assertThat(operator.errors()).isEmpty();
    }

    /** From a cluster without KServe to a served version, a newer one, a canary, and back. */
    @Test
    void publishedVersionsAreServedAndRolledBack() throws IOException {
        apply(1, "inferenceService: {minReplicas: 1}");
        await(condition -> condition.reason().equals("KServeMissing"));
        assertThat(recipe().getStatus().phase().terminal()).isTrue();
        kserve.install();
        await(condition -> condition.reason().equals("Starting"));
        GenericKubernetesResource first = kserve.service();
        assertThat(first.getMetadata().getOwnerReferences().get(0).getUid())
                .isEqualTo(recipe().getMetadata().getUid());
        assertThat(first.<String>get("spec", "predictor", "model", "protocolVersion"))
                .isEqualTo("v2");
        assertThat(first.<Integer>get("spec", "predictor", "minReplicas")).isEqualTo(1);
        assertThat(mounted()).isEqualTo("vision/happy/1 at /mnt/models/happy/1");
        kserve.says("False", "RevisionFailed", "no node has a GPU");
        await(condition -> condition.reason().equals("RevisionFailed")
                && condition.message().equals("happy version 1: no node has a GPU"));
        kserve.startPod();
        kserve.says("True", "", "");
        Condition serving = await(condition -> condition.status().equals("True"));
        assertThat(serving.message()).isEqualTo("happy version 1: at http://photos.example");

        apply(2, "inferenceService: {minReplicas: 1}");
        await(condition -> condition.message().equals("happy version 2: no pod is ready with it yet"));
        assertThat(mounted()).isEqualTo("vision/happy/2 at /mnt/models/happy/2");
        Pod before = kserve.pods().list().getItems().get(0);
        kserve.startPod();
        client().resource(before).withGracePeriod(0).delete();
        kserve.says("True", "MinimumReplicasAvailable", "");
        await(condition ->
                condition.status().equals("True") && condition.message().contains("version 2"));

        List<String> jobs = jobs();
        apply(2, "inferenceService: {canaryTrafficPercent: 10}");
        Awaitility.await().atMost(PATIENCE).until(() -> Integer.valueOf(10)
                .equals(kserve.service().get("spec", "predictor", "canaryTrafficPercent")));
        assertThat(kserve.service().<Integer>get("spec", "predictor", "minReplicas"))
                .isNull();
        assertThat(jobs()).as("serving otherwise is no new run").isEqualTo(jobs);

        apply(1, "inferenceService: {minReplicas: 1}");
        Awaitility.await().atMost(PATIENCE).until(() -> mounted().contains("/happy/1 "));

        apply(1, "");
        Awaitility.await().atMost(PATIENCE).until(() -> kserve.services().get() == null);
        Awaitility.await().atMost(PATIENCE).until(() -> serving().isEmpty());
    }

    /** For GitOps: the operator changes nothing, and tells what it sees once a pipeline has applied its manifest. */
    @Test
    void theManifestIsWrittenForAPipeline() throws IOException {
        kserve.install();
        apply(1, "inferenceService: {mode: manifest, name: photo-service, serviceAccountName: reader}");
        await(condition -> condition.reason().equals("ManifestWritten")
                && condition.status().equals("Unknown"));
        ConfigMap map = manifest();
        assertThat(kserve.services().get()).isNull();
        GenericKubernetesResource manifest =
                Serialization.unmarshal(map.getData().get("inference-service.yaml"), GenericKubernetesResource.class);
        assertThat(manifest.getMetadata().getOwnerReferences()).isEmpty();
        assertThat(manifest.getMetadata().getName()).isEqualTo("photo-service");
        client().resource(manifest).create();
        await(condition -> condition.reason().equals("Starting"));
        apply(1, "");
        Awaitility.await().atMost(PATIENCE).until(() -> manifest() == null);
        assertThat(client().resource(manifest).get())
                .as("the pipeline's own stays")
                .isNotNull();
    }

    /** It may serve what matters. */
    @Test
    void anInferenceServiceOfThatNameThatIsNotTheRecipesStaysAsItIs() throws IOException {
        kserve.install();
        Awaitility.await("discovery knows the kind")
                .atMost(PATIENCE)
                .until(() -> client().getApiResources("serving.kserve.io/v1beta1") != null);
        GenericKubernetesResource foreign = client().resource(Serialization.unmarshal(
                        """
                        apiVersion: serving.kserve.io/v1beta1
                        kind: InferenceService
                        metadata: {name: photos, namespace: default}
                        spec: {predictor: {minReplicas: 7}}
                        """,
                        GenericKubernetesResource.class))
                .create();
        apply(1, "inferenceService: {}");
        Condition refused = await(condition -> condition.reason().equals("Refused"));
        assertThat(refused.message())
                .isEqualTo("the InferenceService photos is there and not this recipe's; delete it, or set"
                        + " spec.publish.inferenceService.name to another");
        assertThat(kserve.service().getMetadata().getResourceVersion())
                .isEqualTo(foreign.getMetadata().getResourceVersion());
        client().resource(foreign).delete();
        await(condition -> condition.reason().equals("Starting"));
        apply(1, "");
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> kserve.services().get() == null && serving().isEmpty());
    }

    /** Another name, the other mode, nothing: each takes away what the recipe owned before, and nothing else. */
    @Test
    void whatTheRecipeNoLongerAsksForIsDeleted() throws IOException {
        kserve.install();
        apply(1, "inferenceService: {}");
        await(condition -> condition.reason().equals("Starting"));
        ConfigMap foreign = client().resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName("photos-inference-service")
                        .endMetadata()
                        .build())
                .create();
        apply(1, "inferenceService: {name: album}");
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> kserve.services("album").get() != null && kserve.service() == null);
        assertThat(manifest()).as("it was not ours").isNotNull();
        client().resource(foreign).delete();

        apply(1, "inferenceService: {name: album, mode: manifest}");
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> manifest() != null && kserve.services("album").get() == null);
        apply(1, "inferenceService: {name: album}");
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> manifest() == null && kserve.services("album").get() != null);
        apply(1, "");
        Awaitility.await().atMost(PATIENCE).until(() -> kserve.services("album").get() == null);
    }

    private ConfigMap manifest() {
        return client().configMaps()
                .inNamespace("default")
                .withName("photos-inference-service")
                .get();
    }

    private void apply(int version, String service) {
        TrainingRecipe recipe = new TrainingRecipe();
        recipe.setMetadata(new ObjectMetaBuilder()
                .withName("photos")
                .withNamespace("default")
                .build());
        recipe.setSpec(RecipeDocument.parse(YAML.formatted(version, service)).spec());
        client().resource(recipe)
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager("test")
                        .withForce(true)
                        .build());
    }

    private Condition await(Predicate<Condition> condition) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(50, TimeUnit.MILLISECONDS)
                .failFast(() ->
                        recipe().getStatus() != null && recipe().getStatus().phase() == Phase.FAILED)
                .until(this::serving, found -> found.filter(condition).isPresent())
                .orElseThrow();
    }

    private Optional<Condition> serving() {
        // The status that the CRD presets has no conditions.
        return Optional.ofNullable(recipe().getStatus()).filter(status -> status.conditions() != null).stream()
                .flatMap(status -> status.conditions().stream())
                .filter(condition -> condition.type().equals(Condition.SERVING_READY))
                .findFirst();
    }

    private String mounted() {
        Map<String, String> mount = kserve.service().get("spec", "predictor", "model", "volumeMounts", 0);
        return mount.get("subPath") + " at " + mount.get("mountPath");
    }

    private List<String> jobs() {
        return client().resources(Job.class).inNamespace("default").list().getItems().stream()
                .map(job -> job.getMetadata().getUid())
                .toList();
    }

    private TrainingRecipe recipe() {
        return client().resources(TrainingRecipe.class)
                .inNamespace("default")
                .withName("photos")
                .get();
    }

    private KubernetesClient client() {
        return kubernetes.client();
    }
}
