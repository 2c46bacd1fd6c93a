package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.distillery.kubernetes.KServe;
import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Condition;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * KServe itself: its webhooks admit what the operator writes, its controller makes the Deployment, and Kubernetes' own the pods
 * of Triton, which only the node does not run: a test says when they are ready.
 */
@EnabledIfSystemProperty(
        named = KubernetesUnderTest.WHICH,
        matches = KubernetesUnderTest.REAL,
        disabledReason = "KServe needs a real API server")
class KServeIT {
    private static final String NAMESPACE = "vision";

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
              compute: {cpus: 1, memory: 1Gi}
              publish:
                destinations: [{uri: "%s"}]
                modelName: happy.photos
                version: %d
                inferenceService: {canaryTrafficPercent: 10}
            """;

    @TempDir
    static Path folder;

    private static RealKubernetes kubernetes;
    private static KServe kserve;
    private static OperatorUnderTest operator;

    @BeforeAll
    static void start() throws IOException {
        kubernetes = (RealKubernetes) KubernetesUnderTest.start(folder.resolve("cluster"));
        kserve = kubernetes.startKServe();
        client().resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAMESPACE)
                        .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                        .endMetadata()
                        .build())
                .create();
        client().resource(new PersistentVolumeClaimBuilder(RecipeScenario.dataClaim())
                        .withNewMetadata()
                        .withName("models")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
        operator = new OperatorUnderTest(kubernetes.kubeconfig(), folder.resolve("operator.log"));
        operator.start();
    }

    @AfterAll
    static void stop() throws IOException {
        if (operator == null) {
            return;
        }
        operator.close();
        kserve.close();
        kubernetes.close();
        assertThat(operator.errors()).isEmpty();
    }

    @AfterEach
    void deleteAll() {
        recipe().delete();
        await(() -> pods().isEmpty() && service() == null);
    }

    @Test
    void aVersionOfAClaimIsServedByTritonAndTheNextOnceItHasRolledOut() {
        publish("pvc://models/students", 1);
        Pod first = pod("abc");
        assertThat(triton(first).getArgs())
                .contains("tritonserver", "--model-store=/mnt/models")
                .as("it loads what lies there")
                .noneMatch(argument -> argument.contains("model-control-mode"));
        assertThat(first.getSpec().getContainers()).as("no agent beside it").hasSize(1);
        assertThat(first.getSpec().getInitContainers()).isEmpty();
        assertThat(origin(first, "/mnt/models/happy.photos/1/model.onnx"))
                .isEqualTo("pvc://models/students/happy.photos/1/model.onnx");
        assertThat(origin(first, "/mnt/models/happy.photos/config.pbtxt"))
                .isEqualTo("pvc://models/students/happy.photos/1/config.pbtxt");
        assertThat(origin(first, "/mnt/models/happy.photos/labels.txt"))
                .isEqualTo("pvc://models/students/happy.photos/1/labels.txt");
        assertThat(await(condition -> condition.message().contains("version 1")).status())
                .isEqualTo("False");
        assertThat(serve(first, 1).message())
                .startsWith("happy.photos version 1: at http://photos-vision.example.com; it has all of the traffic");

        publish("pvc://models/students", 2);
        Pod second = pod("abc2");
        assertThat(origin(second, "/mnt/models/happy.photos/2/model.onnx"))
                .isEqualTo("pvc://models/students/happy.photos/2/model.onnx");
        assertThat(origin(second, "/mnt/models/happy.photos/1/model.onnx")).isNull();
        await(condition -> condition.message().equals("happy.photos version 2: no pod is ready with it yet"));
        assertThat(ready()).as("KServe's word, of the version before").isEqualTo("True");
        serve(second, 2);
        assertThat(pods()).extracting(pod -> pod.getMetadata().getName()).containsExactly(name(second));
    }

    /** As docs/serving.md advises for a namespace that enforces the restricted standard. */
    private static void restrictDownloads() {
        client().genericKubernetesResources("serving.kserve.io/v1alpha1", "ClusterStorageContainer")
                .withName("default")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        """
                        {"spec": {"container": {"securityContext": {
                          "allowPrivilegeEscalation": false, "runAsNonRoot": true, "capabilities": {"drop": ["ALL"]}}}}}
                        """);
    }

    @Test
    void aVersionOfABucketIsDownloadedForTriton() {
        restrictDownloads();
        publish("s3://bucket/students", 1);
        Pod pod = pod("abc");
        assertThat(origin(pod, "/mnt/models/happy.photos/1/model.onnx"))
                .isEqualTo("s3://bucket/students/happy.photos/1/model.onnx");
        assertThat(origin(pod, "/mnt/models/happy.photos/config.pbtxt"))
                .isEqualTo("s3://bucket/students/happy.photos/1/config.pbtxt");
        serve(pod, 1);
    }

    @Test
    void anImageIsMountedForTriton() {
        publish("oci://registry.example/team", 1);
        Pod pod = pod("abc");
        assertThat(origin(pod, "/mnt/models/happy.photos/1/model.onnx"))
                .isEqualTo("registry.example/team/happy.photos/1: /models/happy.photos/1/model.onnx");
        serve(pod, 1);
    }

    /** @return where a file in Triton's container comes from; null if nothing is there */
    private static String origin(Pod pod, String path) {
        VolumeMount mount = triton(pod).getVolumeMounts().stream()
                .filter(candidate -> isIn(path, candidate.getMountPath()))
                .max(Comparator.comparing(candidate -> candidate.getMountPath().length()))
                .orElse(null);
        if (mount == null) {
            return null;
        }
        Volume volume = pod.getSpec().getVolumes().stream()
                .filter(candidate -> candidate.getName().equals(mount.getName()))
                .findFirst()
                .orElseThrow();
        String inVolume = (mount.getSubPath() == null ? "" : "/" + mount.getSubPath())
                + path.substring(mount.getMountPath().length());
        if (volume.getImage() != null) {
            return volume.getImage().getReference() + ": " + inVolume;
        }
        assertThat(triton(pod).getVolumeMounts())
                .as("in a folder that is mounted read-only no other can be mounted")
                .noneMatch(other -> other.getMountPath().equals("/mnt/models"));
        return volume.getPersistentVolumeClaim() == null
                ? downloaded(pod, volume.getName(), inVolume)
                : "pvc://" + volume.getPersistentVolumeClaim().getClaimName() + inVolume;
    }

    /** As KServe's storage initializer reads its arguments: what begins like the URI lies in the folder, without that. */
    private static String downloaded(Pod pod, String volume, String inVolume) {
        Container initializer = pod.getSpec().getInitContainers().get(0);
        assertThat(initializer.getName()).isEqualTo("storage-initializer");
        assertThat(initializer.getVolumeMounts())
                .extracting(VolumeMount::getName, VolumeMount::getMountPath, VolumeMount::getSubPath)
                .contains(tuple(volume, initializer.getArgs().get(1), null));
        return initializer.getArgs().get(0) + inVolume.substring(1);
    }

    private static boolean isIn(String path, String folder) {
        return path.equals(folder) || path.startsWith(folder + "/");
    }

    private static Container triton(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .filter(container -> container.getName().equals("kserve-container"))
                .findFirst()
                .orElseThrow();
    }

    private static void publish(String destination, int version) {
        TrainingRecipe recipe = new TrainingRecipe();
        recipe.setMetadata(new ObjectMetaBuilder()
                .withName("photos")
                .withNamespace(NAMESPACE)
                .build());
        recipe.setSpec(
                RecipeDocument.parse(YAML.formatted(destination, version)).spec());
        client().resource(recipe).forceConflicts().serverSideApply();
    }

    /** @return of that version, once the node has found that it cannot run it */
    private static Pod pod(String model) {
        return Awaitility.await("a pod with " + model)
                .atMost(RecipeScenario.PATIENCE)
                .until(
                        () -> pods().stream()
                                .filter(pod -> model.equals(
                                        pod.getMetadata().getAnnotations().get("distillery.dev/model-sha256")))
                                .filter(pod ->
                                        !pod.getStatus().getContainerStatuses().isEmpty())
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** Says that it is ready until the node leaves it at that, which tries to run it each time that it changes. */
    private static Condition serve(Pod pod, int version) {
        return await(condition -> {
            client().pods().inNamespace(NAMESPACE).withName(name(pod)).editStatus(RecipeScenario::ready);
            return condition.status().equals("True") && condition.message().contains("version " + version);
        });
    }

    private static List<Pod> pods() {
        return client().pods()
                .inNamespace(NAMESPACE)
                .withLabel("serving.kserve.io/inferenceservice", "photos")
                .list()
                .getItems();
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getName();
    }

    private static GenericKubernetesResource service() {
        return client().genericKubernetesResources("serving.kserve.io/v1beta1", "InferenceService")
                .inNamespace(NAMESPACE)
                .withName("photos")
                .get();
    }

    private static String ready() {
        List<Map<String, String>> conditions = service().get("status", "conditions");
        return conditions.stream()
                .filter(condition -> condition.get("type").equals("Ready"))
                .findFirst()
                .orElseThrow()
                .get("status");
    }

    private static Condition await(Predicate<Condition> condition) {
        return Awaitility.await()
                .atMost(RecipeScenario.PATIENCE)
                .until(KServeIT::serving, found -> found.filter(condition).isPresent())
                .orElseThrow();
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(RecipeScenario.PATIENCE).until(condition);
    }

    private static Optional<Condition> serving() {
        return Optional.ofNullable(recipe().get().getStatus()).filter(status -> status.conditions() != null).stream()
                .flatMap(status -> status.conditions().stream())
                .filter(condition -> condition.type().equals(Condition.SERVING_READY))
                .findFirst();
    }

    private static Resource<TrainingRecipe> recipe() {
        return client().resources(TrainingRecipe.class).inNamespace(NAMESPACE).withName("photos");
    }

    private static KubernetesClient client() {
        return kubernetes.client();
    }
}
