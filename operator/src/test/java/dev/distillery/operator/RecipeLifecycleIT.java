package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.distillery.kubernetes.KubernetesBinaries;
import dev.distillery.operator.chart.Command;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.recipe.TrainingRecipeSpec;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A recipe's way from its creation to its end. */
class RecipeLifecycleIT extends RecipeScenario {
    private static final String MISTYPED = "distillery/fake-trianer:1";

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
        // What the API server can know, it refuses; this it cannot.
        wrong.setSpec(spec(wrong, "ftp://data/vi", 5));
        apply(wrong);
        TrainingRecipeStatus status = awaitPhase("photos", Phase.FAILED);
        assertThat(status.conditions().get(0).message()).contains("spec.dataset.validation.images.uri");
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
        // Not before it can save itself: a process that is stopped while it starts has nothing to go on from.
        awaitStatus("photos", s -> s.progress() != null && s.progress().step() == 25);
        suspend("photos", true);
        awaitPhase("photos", Phase.SUSPENDED);
        await("the pod is gone", () -> pods().isEmpty());
        suspend("photos", false);
        TrainingRecipeStatus resumed = awaitStatus("photos", s -> s.attempts().resumedFromStep() != null);
        assertThat(resumed.phase()).isEqualTo(Phase.TRAINING_STUDENT);
        assertThat(resumed.attempts().lostSteps()).isZero();
        assertThat(resumed.attempts().lastFailure()).isNull();
        assertThat(resumed.attempts().student()).isEqualTo(1);
        go();
        awaitPhase("photos", Phase.READY);
    }

    @Test
    void anImageThatCannotBePulledIsInTheStatusUntilTheOperatorNamesAnother() throws Exception {
        restart(MISTYPED);
        try {
            apply(Recipes.recipe("photos", "happy", false));
            TrainingRecipeStatus waiting =
                    awaitStatus("photos", s -> s.message().startsWith("ErrImagePull"));
            assertThat(waiting.phase()).isEqualTo(Phase.PENDING);
            assertThat(waiting.message()).contains(MISTYPED);
            assertThat(condition(waiting, Condition.STUDENT_TRAINED).reason()).isEqualTo("ErrImagePull");
            Job job = jobs().get(0);
            recipe("photos")
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"spec\": {\"retention\": {\"podsAfterFinish\": \"2h\"}}}");
            awaitStatus("photos", s -> s.observedGeneration() == waiting.observedGeneration() + 1);
            assertThat(jobs())
                    .as("the kubelet tries the same again, and less and less often")
                    .extracting(Job::getMetadata)
                    .extracting(ObjectMeta::getUid, ObjectMeta::getDeletionTimestamp)
                    .containsExactly(tuple(job.getMetadata().getUid(), null));
        } finally {
            restart(KubernetesUnderTest.TRAINER_IMAGE);
        }
        assertThat(awaitPhase("photos", Phase.READY).attempts().student()).isEqualTo(1);
    }

    @Test
    void kubectlPrintsTheStatus() throws IOException {
        Optional<KubernetesBinaries> binaries = KubernetesBinaries.find();
        assumeTrue(binaries.isPresent(), KubernetesBinaries.HOW);
        List<String> get = List.of(
                "--kubeconfig=" + kubernetes.kubeconfig(),
                "--cache-dir=" + folder.resolve("kubectl"),
                "get",
                "trainingrecipes",
                "photos",
                "--output=wide");
        Supplier<String> table =
                () -> Command.run(binaries.get().program("kubectl"), get).succeeded();
        apply(Recipes.recipe("photos", "waits", false));
        awaitStatus("photos", s -> s.progress() != null && s.progress().step() == 25);
        awaitPrinted(table, Phase.TRAINING_STUDENT);
        suspend("photos", true);
        awaitPhase("photos", Phase.SUSPENDED);
        awaitPrinted(table, Phase.SUSPENDED);
        suspend("photos", false);
        go();
        awaitPhase("photos", Phase.READY);
        awaitPrinted(table, Phase.READY);
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

    private static void awaitPrinted(Supplier<String> table, Phase phase) {
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            TrainingRecipeStatus status = recipe("photos").get().getStatus();
            Map<String, String> printed = cells(table.get().lines().toList());
            assertThat(printed.remove("AGE")).matches("\\d+[smh].*");
            assertThat(printed)
                    .containsExactly(
                            Map.entry("NAME", "photos"),
                            Map.entry("PHASE", phase.toString()),
                            Map.entry("PROGRESS", status.progress().summary()),
                            Map.entry("TOP-1", status.top1()),
                            Map.entry("TEACHER", "resnet-cifar"),
                            Map.entry("STUDENT", "resnet-cifar"),
                            Map.entry(
                                    "MODEL",
                                    status.artifacts() == null
                                            ? ""
                                            : status.artifacts().get(0).uri()),
                            Map.entry("MESSAGE", status.message()));
        });
    }

    /** @param table a line of headings, and one below */
    private static Map<String, String> cells(List<String> table) {
        String row = table.get(1);
        Map<String, String> cells = new LinkedHashMap<>();
        Matcher heading = Pattern.compile("\\S+(\\s+|$)").matcher(table.get(0));
        while (heading.find()) {
            int end = heading.end() == table.get(0).length() ? row.length() : heading.end();
            cells.put(
                    heading.group().strip(), row.substring(heading.start(), end).strip());
        }
        return cells;
    }

    /** As a rollout with another {@code trainer.image}. */
    private static void restart(String trainer) throws Exception {
        operator.stop();
        operator.with("DISTILLERY_TRAINER_IMAGE", trainer).start();
    }

    private static TrainingRecipeSpec spec(TrainingRecipe recipe, String validation, int warmup) {
        var yaml = Serialization.asJson(recipe.getSpec())
                .replace("pvc://photos/vi", validation)
                .replace(
                        "\"warmup\":{\"enabled\":true,\"epochs\":5",
                        "\"warmup\":{\"enabled\":true,\"epochs\":" + warmup);
        return Serialization.unmarshal(yaml, TrainingRecipeSpec.class);
    }
}
