package dev.distillery.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.distillery.embedded.EmbeddedClusterOptions;
import dev.distillery.embedded.runner.Runner;
import dev.distillery.kubernetes.ControlPlane;
import dev.distillery.kubernetes.KubernetesBinaries;
import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.recipe.TrainingRecipeNames;
import dev.distillery.report.ExitCode;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import dev.distillery.status.TrainingRecipeStatus.Attempts;
import dev.distillery.status.TrainingRecipeStatus.Failure;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Recipes from end to end on a real control plane: its scheduler and Job controller, the operator and the trainer as they
 * ship. Only the kubelet is ours.
 */
class RealKubernetesIT {
    private static final long PATIENCE_SECONDS = 600;
    private static final String SECRET = "model-writer";
    private static final String KEY = "a-key-that-is-to-be-read-nowhere";

    @TempDir
    private static Path folder;

    private static final Installation INSTALLATION =
            new Installation(Path.of("..").toAbsolutePath().normalize());
    private static ControlPlane control;
    private static Runner node;
    private static OperatorProcess operator;
    private static KubernetesClient client;

    @BeforeAll
    static void start() throws Exception {
        Optional<KubernetesBinaries> binaries = KubernetesBinaries.find();
        if (binaries.isEmpty()) {
            System.out.println(KubernetesBinaries.HOW);
        }
        assumeTrue(binaries.isPresent(), KubernetesBinaries.HOW);
        control = ControlPlane.start(binaries.get(), folder.resolve("control-plane"));
        node = Runner.startNode(
                new KubernetesClientBuilder()
                        .withConfig(control.config("admin"))
                        .build(),
                EmbeddedClusterOptions.in(folder.resolve("node"))
                        .withImages(Map.of(
                                Installation.TRAINER_IMAGE,
                                List.of(INSTALLATION.trainer().toString()))));
        client = control.client();
        define(client);
        operator = OperatorProcess.start(INSTALLATION.operator(), control.kubeconfig(), folder.resolve("operator.log"));
        operator.awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        if (operator != null) {
            operator.close();
        }
        if (node != null) {
            node.close();
        }
        if (control != null) {
            control.close();
        }
    }

    @Test
    void aRecipeThatWasStoppedPublishesWhatOnePublishesThatWasNot() throws Exception {
        String models = folder.resolve("models").toString();
        apply(recipe("smoke", models));
        TrainingRecipeStatus whole = await("smoke", status -> status.phase().terminal());
        assertThat(whole.phase()).as(whole.message()).isEqualTo(Phase.READY);
        assertThat(folder.resolve("models/smoke/1/model.onnx")).isNotEmptyFile();
        assertThat(whole.artifacts().get(0).sha256()).hasSize(64);

        apply(recipe("stopped", models));
        await(
                "stopped",
                status -> status.phase() == Phase.TRAINING_STUDENT
                        && status.progress().step() > 0);
        patch("stopped", "{\"spec\": {\"suspend\": true}}");
        Attempts saved = await(
                        "stopped",
                        status -> status.phase() == Phase.SUSPENDED
                                && status.attempts().lastCheckpointStep() != null)
                .attempts();
        patch("stopped", "{\"spec\": {\"suspend\": false}}");
        TrainingRecipeStatus resumed = await("stopped", status -> status.phase().terminal());
        assertThat(resumed.phase()).as(resumed.message()).isEqualTo(Phase.READY);
        assertThat(resumed.attempts().resumedFromStep()).isEqualTo(saved.lastCheckpointStep());
        assertThat(resumed.attempts().student()).isEqualTo(1);
        assertThat(resumed.artifacts().get(0).sha256())
                .isEqualTo(whole.artifacts().get(0).sha256());
        assertThat(Files.readString(folder.resolve("operator.log"))).doesNotContain(" ERROR ");
    }

    @Test
    void aDestinationThatIsAwayIsSaidAndItsSecretIsNot() throws Exception {
        RecipeFile file = recipe(
                "away",
                null,
                "spec.publish.destinations=[{uri: s3://models/vision,"
                        + " endpoint: \"http://127.0.0.1:1\", secretRef: {name: " + SECRET + "}}]",
                "spec.retry.limit=0");
        createSecret(file);
        apply(file);
        TrainingRecipeStatus failed = await("away", status -> status.phase().terminal());
        Failure failure = failed.attempts().lastFailure();
        assertThat(failure.reason()).isEqualTo("DestinationUnavailable");
        assertThat(failure.exitCode()).isEqualTo(ExitCode.DESTINATION_UNAVAILABLE.code());
        assertThat(failed.message()).contains("s3://models/vision/away", "check endpoint and network");
        assertThat(failed.result()).isNotNull();
        String said = String.join(
                "\n",
                client.getKubernetesSerialization()
                        .asYaml(List.of(
                                client.pods().list(),
                                client.configMaps().list(),
                                client.batch().v1().jobs().list(),
                                client.v1().events().list(),
                                client.resources(TrainingRecipe.class).list())),
                logOf(failure.pod()),
                Files.readString(folder.resolve("operator.log")));
        assertThat(said).contains(SECRET).doesNotContain(KEY);

        // The student is trained; only where it goes was wrong.
        publishTo("away", folder.resolve("elsewhere"));
        TrainingRecipeStatus published = await("away", status -> status.phase() == Phase.READY);
        assertThat(published.attempts().resumedFromStep()).isPositive();
    }

    @Test
    void aDestinationThatRefusesIsSaidAndItsStudentIsNotTrainedAgain() throws Exception {
        HttpServer store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store.createContext("/", exchange -> {
            byte[] error = "<Error><Code>InvalidAccessKeyId</Code></Error>".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(403, error.length);
            exchange.getResponseBody().write(error);
            exchange.close();
        });
        store.start();
        try {
            RecipeFile file = recipe(
                    "refused",
                    null,
                    "spec.publish.destinations=[{uri: s3://models/vision, endpoint: \"http://127.0.0.1:"
                            + store.getAddress().getPort() + "\", secretRef: {name: " + SECRET + "}}]");
            createSecret(file);
            apply(file);
            TrainingRecipeStatus failed =
                    await("refused", status -> status.phase().terminal());
            assertPublishFailed(
                    failed, "s3://models/vision/refused", "403 InvalidAccessKeyId", "check the credentials");
            assertThat(failed.result()).as("asked before the student trains").isNull();
        } finally {
            store.stop(0);
        }

        Path other = Files.createDirectories(folder.resolve("occupied/refused"));
        Files.writeString(other.resolve("labels.txt"), "cat\ndog\n");
        publishTo("refused", other.getParent());
        TrainingRecipeStatus occupied =
                await("refused", status -> status.message().contains("holds another model"));
        assertPublishFailed(occupied, "occupied/refused", "labels.txt there has [cat, dog]", "spec.publish.modelName");
        assertThat(occupied.result()).isNotNull();

        publishTo("refused", folder.resolve("free"));
        TrainingRecipeStatus published = await("refused", status -> status.phase() == Phase.READY);
        assertThat(published.attempts().resumedFromStep()).isPositive();
        assertThat(folder.resolve("free/refused/1/model.onnx")).isNotEmptyFile();
    }

    private static void assertPublishFailed(TrainingRecipeStatus status, String... message) {
        Failure failure = status.attempts().lastFailure();
        assertThat(status.phase()).isEqualTo(Phase.FAILED);
        assertThat(failure.reason()).isEqualTo("PublishFailed");
        assertThat(failure.exitCode()).isEqualTo(ExitCode.PUBLISH_FAILED.code());
        assertThat(status.message()).contains(message);
        assertThat(status.attempts().student()).isEqualTo(1);
    }

    private static void createSecret(RecipeFile file) {
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace(file))
                        .withName(SECRET)
                        .endMetadata()
                        .withStringData(Map.of("AWS_ACCESS_KEY_ID", "an-id", "AWS_SECRET_ACCESS_KEY", KEY))
                        .build())
                .serverSideApply();
    }

    private static void publishTo(String name, Path models) {
        patch(name, "{\"spec\": {\"publish\": {\"destinations\": [{\"uri\": \"" + models.toUri() + "\"}]}}}");
    }

    private static String logOf(String pod) throws IOException {
        try (Stream<Path> folders = Files.list(folder.resolve("node/pods/default"))) {
            Path own = folders.filter(each -> each.getFileName().toString().startsWith(pod + "_"))
                    .findFirst()
                    .orElseThrow();
            return Files.readString(own.resolve("log"));
        }
    }

    private static RecipeFile recipe(String name, String destination, String... overrides) {
        List<FieldOverride> all = Stream.concat(Stream.of("metadata.name=" + name), Stream.of(overrides))
                .map(FieldOverride::parse)
                .toList();
        return RecipeFile.load(INSTALLATION.home().resolve("examples/smoke.yaml"), all, destination, null);
    }

    private static String namespace(RecipeFile file) {
        return file.document().namespace();
    }

    private static Resource<TrainingRecipe> recipe(String name) {
        return client.resources(TrainingRecipe.class).inNamespace("default").withName(name);
    }

    private static void patch(String name, String json) {
        recipe(name).patch(PatchContext.of(PatchType.JSON_MERGE), json);
    }

    private static TrainingRecipeStatus await(String name, Predicate<TrainingRecipeStatus> wanted) {
        return recipe(name)
                .waitUntilCondition(
                        recipe -> recipe != null
                                && recipe.getStatus() != null
                                && recipe.getStatus().phase() != null
                                && wanted.test(recipe.getStatus()),
                        PATIENCE_SECONDS,
                        TimeUnit.SECONDS)
                .getStatus();
    }

    private static void define(KubernetesClient client) throws IOException {
        try (InputStream yaml = RecipeDocument.class.getResourceAsStream(RecipeDocument.CRD_RESOURCE)) {
            client.load(yaml).create();
        }
        client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(TrainingRecipeNames.PLURAL + "." + TrainingRecipeNames.GROUP)
                .waitUntilCondition(
                        crd -> crd.getStatus() != null
                                && crd.getStatus().getConditions() != null
                                && crd.getStatus().getConditions().stream()
                                        .anyMatch(c -> c.getType().equals("Established")
                                                && c.getStatus().equals("True")),
                        PATIENCE_SECONDS,
                        TimeUnit.SECONDS);
    }

    private static void apply(RecipeFile file) {
        String namespace = namespace(file);
        RecipeClaims.of(namespace, file.document().spec())
                .forEach(claim -> client.resource(claim).serverSideApply());
        client.genericKubernetesResources(TrainingRecipeNames.API_VERSION, TrainingRecipeNames.KIND)
                .inNamespace(namespace)
                .resource(client.getKubernetesSerialization()
                        .convertValue(file.applied(), GenericKubernetesResource.class))
                .serverSideApply();
    }
}
