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
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
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

/**
 * Inference services of a packaged operator. KServe's API is there, on a real API server by the CRD that KServe publishes, on
 * the embedded one by the fields that we write. Its controller is played: a test says what it would say, and makes the pods.
 */
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

    private static final String POD =
            """
            apiVersion: v1
            kind: Pod
            metadata:
              namespace: default
              generateName: photos-predictor-
              labels: {serving.kserve.io/inferenceservice: photos}
            spec:
              nodeName: elsewhere
              securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
              containers:
                - name: kserve-container
                  image: triton
                  securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
            """;

    @TempDir
    Path folder;

    private KubernetesUnderTest kubernetes;
    private OperatorUnderTest operator;

    @BeforeEach
    void start() throws IOException {
        kubernetes = KubernetesUnderTest.start(folder.resolve("cluster"));
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
        installKServe();
        await(condition -> condition.reason().equals("Starting"));
        GenericKubernetesResource first = service();
        assertThat(first.getMetadata().getOwnerReferences().get(0).getUid())
                .isEqualTo(recipe().getMetadata().getUid());
        assertThat(first.<String>get("spec", "predictor", "model", "protocolVersion"))
                .isEqualTo("v2");
        assertThat(first.<Integer>get("spec", "predictor", "minReplicas")).isEqualTo(1);
        assertThat(mounted()).isEqualTo("vision/happy/1 at /mnt/models/happy/1");
        kserveSays("False", "RevisionFailed", "no node has a GPU");
        await(condition -> condition.reason().equals("RevisionFailed")
                && condition.message().equals("happy version 1: no node has a GPU"));
        startPod();
        kserveSays("True", "", "");
        Condition serving = await(condition -> condition.status().equals("True"));
        assertThat(serving.message()).isEqualTo("happy version 1: at http://photos.example");

        apply(2, "inferenceService: {minReplicas: 1}");
        await(condition -> condition.message().equals("happy version 2: no pod is ready with it yet"));
        assertThat(mounted()).isEqualTo("vision/happy/2 at /mnt/models/happy/2");
        Pod before = pods().list().getItems().get(0);
        startPod();
        client().resource(before).withGracePeriod(0).delete();
        kserveSays("True", "MinimumReplicasAvailable", "");
        await(condition ->
                condition.status().equals("True") && condition.message().contains("version 2"));

        List<String> jobs = jobs();
        apply(2, "inferenceService: {canaryTrafficPercent: 10}");
        Awaitility.await().atMost(PATIENCE).until(() -> Integer.valueOf(10)
                .equals(service().get("spec", "predictor", "canaryTrafficPercent")));
        assertThat(service().<Integer>get("spec", "predictor", "minReplicas")).isNull();
        assertThat(jobs()).as("serving otherwise is no new run").isEqualTo(jobs);

        apply(1, "inferenceService: {minReplicas: 1}");
        Awaitility.await().atMost(PATIENCE).until(() -> mounted().contains("/happy/1 "));

        apply(1, "");
        Awaitility.await().atMost(PATIENCE).until(() -> services().get() == null);
        Awaitility.await().atMost(PATIENCE).until(() -> serving().isEmpty());
    }

    /** For GitOps: the operator changes nothing, and tells what it sees once a pipeline has applied its manifest. */
    @Test
    void theManifestIsWrittenForAPipeline() throws IOException {
        installKServe();
        apply(1, "inferenceService: {mode: manifest, name: photo-service, serviceAccountName: reader}");
        await(condition -> condition.reason().equals("ManifestWritten")
                && condition.status().equals("Unknown"));
        ConfigMap map = manifest();
        assertThat(services().get()).isNull();
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
        installKServe();
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
        assertThat(service().getMetadata().getResourceVersion())
                .isEqualTo(foreign.getMetadata().getResourceVersion());
        client().resource(foreign).delete();
        await(condition -> condition.reason().equals("Starting"));
        apply(1, "");
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> services().get() == null && serving().isEmpty());
    }

    /** Another name, the other mode, nothing: each takes away what the recipe owned before, and nothing else. */
    @Test
    void whatTheRecipeNoLongerAsksForIsDeleted() throws IOException {
        installKServe();
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
        Awaitility.await().atMost(PATIENCE).until(() -> services("album").get() != null && service() == null);
        assertThat(manifest()).as("it was not ours").isNotNull();
        client().resource(foreign).delete();

        apply(1, "inferenceService: {name: album, mode: manifest}");
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> manifest() != null && services("album").get() == null);
        apply(1, "inferenceService: {name: album}");
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> manifest() == null && services("album").get() != null);
        apply(1, "");
        Awaitility.await().atMost(PATIENCE).until(() -> services("album").get() == null);
    }

    private ConfigMap manifest() {
        return client().configMaps()
                .inNamespace("default")
                .withName("photos-inference-service")
                .get();
    }

    private void installKServe() throws IOException {
        try (InputStream crd = kubernetes.kserve()) {
            kubernetes.define(crd);
        }
    }

    private void kserveSays(String ready, String reason, String message) {
        services().editStatus(service -> {
            service.setAdditionalProperty(
                    "status",
                    Map.of(
                            "url",
                            "http://photos.example",
                            "observedGeneration",
                            service.getMetadata().getGeneration(),
                            "conditions",
                            List.of(Map.of("type", "Ready", "status", ready, "reason", reason, "message", message))));
            return service;
        });
    }

    /** Ready, on a node that nobody plays, with what KServe hands on. */
    private void startPod() {
        Pod pod = Serialization.unmarshal(POD, Pod.class);
        pod.getMetadata().setAnnotations(service().getMetadata().getAnnotations());
        client().resource(client().resource(pod).create()).editStatus(RecipeScenario::ready);
    }

    private FilterWatchListDeletable<Pod, PodList, PodResource> pods() {
        return client().pods().inNamespace("default").withLabel("serving.kserve.io/inferenceservice", "photos");
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
        Map<String, String> mount = service().get("spec", "predictor", "model", "volumeMounts", 0);
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

    private GenericKubernetesResource service() {
        return services().get();
    }

    private Resource<GenericKubernetesResource> services() {
        return services("photos");
    }

    private Resource<GenericKubernetesResource> services(String name) {
        return client().genericKubernetesResources("serving.kserve.io/v1beta1", "InferenceService")
                .inNamespace("default")
                .withName(name);
    }

    private KubernetesClient client() {
        return kubernetes.client();
    }
}
