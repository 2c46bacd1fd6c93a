package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.recipe.TrainingRecipeSpec;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged operator against an API server; only the trainer is played. */
class RecipeLifecycleIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String WORKSPACE = "distillery-workspace";

    @TempDir
    static Path folder;

    private static KubernetesUnderTest kubernetes;
    private static OperatorUnderTest operator;

    @BeforeAll
    static void start() throws IOException {
        kubernetes = KubernetesUnderTest.start(folder.resolve("cluster"));
        client().resource(dataClaim()).create();
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
        await("all Jobs are gone", () -> jobs().isEmpty());
        Files.deleteIfExists(kubernetes.claim("default", WORKSPACE).resolve("go"));
    }

    @Test
    void aTeacherAndAStudentEndReady() {
        apply(Recipes.recipe("photos", "happy", true));
        TrainingRecipeStatus status = awaitPhase("photos", Phase.READY);
        assertThat(isTrue(status, Condition.TEACHER_READY)).isTrue();
        assertThat(isTrue(status, Condition.PUBLISHED)).isTrue();
        assertThat(status.result().top1()).isEqualTo(0.8);
        assertThat(status.artifacts().get(0).sha256()).isEqualTo("abc");
        assertThat(status.progress().summary()).isEqualTo("Done");
        assertThat(status.learningCurve()).isNotEmpty();
        assertThat(jobs()).hasSize(2);
        assertThat(client().resources(ConfigMap.class)
                        .inNamespace("default")
                        .list()
                        .getItems())
                .filteredOn(map -> map.getData().containsKey("recipe.json"))
                .hasSize(2)
                .allMatch(ConfigMap::getImmutable);
        await("events tell the story", () -> reasons("photos")
                .containsAll(List.of("Accepted", "TeacherReady", "Published")));
    }

    @Test
    void progressOfARunningTrainerIsInTheStatus() throws IOException {
        apply(Recipes.recipe("photos", "waits", false));
        awaitStatus(
                "photos",
                s -> s.progress() != null
                        && Double.valueOf(0.8).equals(s.progress().top1()));
        go();
        awaitPhase("photos", Phase.READY);
    }

    @Test
    void anInvalidRecipeStartsNothingUntilItIsCorrected() {
        TrainingRecipe wrong = Recipes.recipe("photos", "happy", false);
        wrong.setSpec(spec(wrong, "file:///data/ti", 1000));
        apply(wrong);
        TrainingRecipeStatus status = awaitPhase("photos", Phase.FAILED);
        assertThat(status.conditions().get(0).message())
                .contains("spec.dataset.validation.images.uri", "spec.tricks.warmup.epochs");
        assertThat(jobs()).isEmpty();
        apply(Recipes.recipe("photos", "happy", false));
        awaitPhase("photos", Phase.READY);
    }

    @Test
    void aFailedGateIsNotTriedAgain() {
        apply(Recipes.recipe("photos", "gate-fails", false));
        TrainingRecipeStatus status = awaitPhase("photos", Phase.FAILED);
        assertThat(isTrue(status, Condition.STUDENT_TRAINED)).isTrue();
        assertThat(isTrue(status, Condition.GATE_PASSED)).isFalse();
        assertThat(status.attempts().student()).isEqualTo(1);
        await("an event warns", () -> reasons("photos").contains("GateFailed"));
    }

    @Test
    void aPodThatCrashesIsStartedAgain() throws IOException {
        Files.deleteIfExists(kubernetes.claim("default", WORKSPACE).resolve("crashed"));
        apply(Recipes.recipe("photos", "flaky", false));
        assertThat(awaitPhase("photos", Phase.READY).attempts().student()).isEqualTo(2);
    }

    @Test
    void twoRecipesShareOneTeacher() {
        apply(Recipes.recipe("one", "happy", true));
        awaitPhase("one", Phase.READY);
        apply(Recipes.recipe("two", "happy", true));
        awaitPhase("two", Phase.READY);
        List<Job> teachers = jobs().stream()
                .filter(job -> job.getMetadata().getName().startsWith("teacher-"))
                .toList();
        assertThat(teachers).hasSize(1);
        client().resources(TrainingRecipe.class)
                .inNamespace("default")
                .withName("one")
                .delete();
        await("the student of the deleted recipe goes", () -> jobs().size() == 2);
        assertThat(jobs()).anyMatch(job -> job.getMetadata().getName().startsWith("teacher-"));
    }

    @Test
    void aResultThatArrivesWhileTheOperatorIsAwayIsNotLost() throws IOException {
        apply(Recipes.recipe("photos", "waits", false));
        awaitPhase("photos", Phase.TRAINING_STUDENT);
        operator.kill();
        go();
        await("the Job finishes by itself", () -> jobs().get(0).getStatus().getSucceeded() != null);
        operator.start();
        TrainingRecipeStatus status = awaitPhase("photos", Phase.READY);
        assertThat(status.result().top1()).isEqualTo(0.8);
        assertThat(status.learningCurve()).hasSize(1);
    }

    @Test
    void aSuspendedRecipeStopsItsPodAndResumes() throws IOException {
        apply(Recipes.recipe("photos", "waits", false));
        awaitPhase("photos", Phase.TRAINING_STUDENT);
        suspend("photos", true);
        awaitPhase("photos", Phase.SUSPENDED);
        await("the pod is gone", () -> pods().isEmpty());
        suspend("photos", false);
        awaitPhase("photos", Phase.TRAINING_STUDENT);
        go();
        awaitPhase("photos", Phase.READY);
    }

    @Test
    void aSpecThatChangesWhileTheStatusIsWrittenIsObserved() {
        apply(Recipes.recipe("photos", "waits", false));
        awaitPhase("photos", Phase.TRAINING_STUDENT);
        for (int change = 1; change <= 20; change++) {
            suspend("photos", change % 2 == 1);
            long generation = 1L + change;
            awaitStatus("photos", s -> s.observedGeneration() == generation);
        }
    }

    @Test
    void suspendingAFinishedRecipeIsObservedAndChangesNothing() {
        apply(Recipes.recipe("photos", "happy", false));
        TrainingRecipeStatus ready = awaitPhase("photos", Phase.READY);
        suspend("photos", true);
        awaitStatus("photos", s -> s.observedGeneration() == ready.observedGeneration() + 1);
        assertThat(recipe("photos").get().getStatus()).isEqualTo(ready.observedAt(ready.observedGeneration() + 1));
    }

    @Test
    void aChangedSpecReplacesTheRunningStudent() {
        apply(Recipes.recipe("photos", "waits", false));
        awaitPhase("photos", Phase.TRAINING_STUDENT);
        String before = jobs().get(0).getMetadata().getName();
        apply(Recipes.recipe("photos", "happy", false));
        awaitPhase("photos", Phase.READY);
        await("only the new run's Job is left", () -> jobs().size() == 1);
        assertThat(jobs().get(0).getMetadata().getName()).isNotEqualTo(before);
    }

    @Test
    void afterTheEndNothingIsWrittenAndNoJobIsMadeAgain() throws IOException {
        apply(Recipes.recipe("photos", "happy", false));
        awaitPhase("photos", Phase.READY);
        Job job = jobs().get(0);
        client().resource(job).delete();
        await("the Job is gone", () -> jobs().isEmpty());
        String version = recipe("photos").get().getMetadata().getResourceVersion();
        operator.kill();
        operator.start();
        // A second recipe that goes all the way shows that the operator has seen everything there was to see.
        apply(Recipes.recipe("other", "happy", false));
        awaitPhase("other", Phase.READY);
        assertThat(recipe("photos").get().getMetadata().getResourceVersion()).isEqualTo(version);
        assertThat(jobs()).allMatch(j -> j.getMetadata().getName().startsWith("other-"));
    }

    @Test
    void whatARecipeMadeBelongsToIt() {
        apply(Recipes.recipe("photos", "happy", true));
        awaitPhase("photos", Phase.READY);
        String uid = recipe("photos").get().getMetadata().getUid();
        assertThat(jobs()).allSatisfy(job -> assertThat(job.getMetadata().getOwnerReferences())
                .extracting(OwnerReference::getUid)
                .containsExactly(uid));
    }

    private static TrainingRecipeSpec spec(TrainingRecipe recipe, String validation, int warmup) {
        var yaml = Serialization.asJson(recipe.getSpec())
                .replace("pvc://photos/vi", validation)
                .replace(
                        "\"warmup\":{\"enabled\":true,\"epochs\":5",
                        "\"warmup\":{\"enabled\":true,\"epochs\":" + warmup);
        return Serialization.unmarshal(yaml, TrainingRecipeSpec.class);
    }

    private static PersistentVolumeClaim dataClaim() {
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

    private static void go() throws IOException {
        Files.createFile(kubernetes.claim("default", WORKSPACE).resolve("go"));
    }

    private static void suspend(String name, boolean suspend) {
        // As kubectl patch does: whatever else changes in the meantime.
        recipe(name).patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"suspend\": " + suspend + "}}");
    }

    private static void apply(TrainingRecipe recipe) {
        client().resource(recipe).serverSideApply();
    }

    private static Resource<TrainingRecipe> recipe(String name) {
        return client().resources(TrainingRecipe.class).inNamespace("default").withName(name);
    }

    private static TrainingRecipeStatus awaitPhase(String name, Phase phase) {
        return awaitStatus(name, status -> status.phase() == phase);
    }

    private static TrainingRecipeStatus awaitStatus(String name, Predicate<TrainingRecipeStatus> wanted) {
        TrainingRecipe found = recipe(name)
                .waitUntilCondition(
                        r -> r != null && r.getStatus() != null && wanted.test(r.getStatus()),
                        PATIENCE.toSeconds(),
                        TimeUnit.SECONDS);
        return found.getStatus();
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(PATIENCE).until(condition);
    }

    private static boolean isTrue(TrainingRecipeStatus status, String type) {
        return status.conditions().stream()
                .anyMatch(c -> c.type().equals(type) && c.status().equals("True"));
    }

    private static List<Job> jobs() {
        return client().resources(Job.class).inNamespace("default").list().getItems();
    }

    private static List<Pod> pods() {
        return client().pods().inNamespace("default").list().getItems();
    }

    private static List<String> reasons(String name) {
        return client().resources(Event.class).inNamespace("default").list().getItems().stream()
                .filter(event -> name.equals(event.getInvolvedObject().getName()))
                .map(Event::getReason)
                .toList();
    }

    private static KubernetesClient client() {
        return kubernetes.client();
    }
}
