package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The packaged operator against an API server; only the trainer is played. */
abstract class RecipeScenario {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final String WORKSPACE = "distillery-workspace";

    @TempDir
    static Path folder;

    static KubernetesUnderTest kubernetes;
    static OperatorUnderTest operator;

    @BeforeAll
    static void start() throws IOException {
        kubernetes = KubernetesUnderTest.start(folder.resolve("cluster"));
        client().resource(dataClaim()).create();
        try (InputStream workloads = RecipeScenario.class.getResourceAsStream("kueue-workloads.yaml")) {
            kubernetes.define(workloads);
        }
        operator = new OperatorUnderTest(kubernetes.kubeconfig(), folder.resolve("operator.log"));
        operator.start();
    }

    @AfterAll
    static void stop() throws IOException {
        if (kubernetes == null) {
            return; // skipped
        }
        operator.close();
        kubernetes.close();
        assertThat(operator.errors()).isEmpty();
    }

    @AfterEach
    void deleteAll() throws IOException {
        client().resources(TrainingRecipe.class).inNamespace("default").delete();
        await("all Jobs and pods are gone", () -> jobs().isEmpty() && pods().isEmpty());
        Path workspace = kubernetes.claim("default", WORKSPACE);
        if (Files.exists(workspace)) {
            try (Stream<Path> files = Files.list(workspace)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    static PersistentVolumeClaim dataClaim() {
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName("photos")
                .withNamespace("default")
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadOnlyMany")
                .withNewResources()
                .addToRequests("storage", new Quantity("1Gi"))
                .endResources()
                .endSpec()
                .build();
    }

    static void go() throws IOException {
        tell("go");
    }

    /** Makes a file that the trainers wait for. */
    static void tell(String file) throws IOException {
        Files.createFile(kubernetes.claim("default", WORKSPACE).resolve(file));
    }

    static Job job(String name) {
        return client().resources(Job.class)
                .inNamespace("default")
                .withName(name)
                .get();
    }

    /** @return the names of the Jobs, sorted */
    static List<String> jobNames() {
        return jobs().stream().map(job -> job.getMetadata().getName()).sorted().toList();
    }

    static Condition condition(TrainingRecipeStatus status, String type) {
        return status.conditions().stream()
                .filter(c -> c.type().equals(type))
                .findFirst()
                .orElseThrow();
    }

    static void suspend(String name, boolean suspend) {
        // As kubectl patch does: whatever else changes in the meantime.
        recipe(name).patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"suspend\": " + suspend + "}}");
    }

    static void apply(TrainingRecipe recipe) {
        client().resource(recipe).serverSideApply();
    }

    static Resource<TrainingRecipe> recipe(String name) {
        return client().resources(TrainingRecipe.class).inNamespace("default").withName(name);
    }

    static TrainingRecipeStatus awaitPhase(String name, Phase phase) {
        return awaitStatus(name, status -> status.phase() == phase);
    }

    static TrainingRecipeStatus awaitStatus(String name, Predicate<TrainingRecipeStatus> wanted) {
        TrainingRecipe found = recipe(name)
                .waitUntilCondition(
                        // The API server presets a status that says nothing but that nobody has looked yet.
                        r -> r != null
                                && r.getStatus() != null
                                && r.getStatus().phase() != null
                                && wanted.test(r.getStatus()),
                        PATIENCE.toSeconds(),
                        TimeUnit.SECONDS);
        return found.getStatus();
    }

    /** The recipe {@code photos}, whose trainer was stopped at step 25, goes on from there in the same attempt. */
    static void assertGoesOnToItsEnd() throws IOException {
        TrainingRecipeStatus again = awaitStatus("photos", s -> s.attempts().resumedFromStep() != null);
        assertThat(again.attempts().resumedFromStep()).isEqualTo(25);
        assertThat(again.attempts().student()).isEqualTo(1);
        go();
        awaitPhase("photos", Phase.READY);
    }

    static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(PATIENCE).until(condition);
    }

    static boolean isTrue(TrainingRecipeStatus status, String type) {
        return status.conditions().stream()
                .anyMatch(c -> c.type().equals(type) && c.status().equals("True"));
    }

    static List<Job> jobs() {
        return client().resources(Job.class).inNamespace("default").list().getItems();
    }

    static List<Pod> pods() {
        return client().pods().inNamespace("default").list().getItems();
    }

    /** What a kubelet says of a pod that is ready. */
    static Pod ready(Pod pod) {
        return new PodBuilder(pod)
                .editOrNewStatus()
                .withPhase("Running")
                .withConditions(new PodConditionBuilder()
                        .withType("Ready")
                        .withStatus("True")
                        .build())
                .endStatus()
                .build();
    }

    static List<String> reasons(String name) {
        return client().resources(Event.class).inNamespace("default").list().getItems().stream()
                .filter(event -> name.equals(event.getInvolvedObject().getName()))
                .map(Event::getReason)
                .toList();
    }

    static KubernetesClient client() {
        return kubernetes.client();
    }
}
