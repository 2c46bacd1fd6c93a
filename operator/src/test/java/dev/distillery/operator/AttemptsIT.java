package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.stage.StageCluster;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What happens to a recipe whose pods crash, are stopped, or are taken away. */
class AttemptsIT extends RecipeScenario {
    @Test
    void aCrashIsFollowedByAnotherAttempt() {
        apply(Recipes.recipe("photos", "flaky", false));
        TrainingRecipeStatus status = awaitPhase("photos", Phase.READY);
        assertThat(status.attempts().student()).isEqualTo(2);
        assertThat(status.attempts().lastFailure().attempt()).isEqualTo(1);
        assertThat(status.attempts().lastFailure().exitCode()).isEqualTo(1);
        assertThat(status.attempts().lastFailure().pod()).startsWith("photos-student-");
        assertThat(jobNames()).hasSize(2).last().asString().endsWith("-2");
        await("an event warns", () -> reasons("photos").contains("AttemptInterrupted"));
    }

    @Test
    void theLastAttemptThatTheLimitAllowsEndsTheRecipe() {
        apply(Recipes.with(Recipes.recipe("photos", "crashes", false), "/retry/limit", 2));
        TrainingRecipeStatus status = awaitPhase("photos", Phase.FAILED);
        assertThat(status.attempts().student()).isEqualTo(3);
        assertThat(jobNames()).hasSize(3);
        assertThat(condition(status, "Stalled").reason()).isEqualTo("PodFailed");
    }

    @Test
    void aPodThatIsKilledLosesTheStepsSinceItsCheckpoint() throws IOException {
        apply(Recipes.recipe("photos", "waits", false));
        awaitStatus("photos", s -> s.progress() != null && s.progress().step() == 25);
        tell("die");
        TrainingRecipeStatus again = awaitStatus("photos", s -> s.attempts().resumedFromStep() != null);
        assertThat(again.attempts().student()).isEqualTo(2);
        assertThat(again.attempts().resumedFromStep()).isEqualTo(10);
        assertThat(again.attempts().lostSteps()).isEqualTo(15);
        assertThat(again.attempts().lastFailure().exitCode()).isEqualTo(137);
        await("an event says where it goes on", () -> reasons("photos").contains("Continued"));
        go();
        awaitPhase("photos", Phase.READY);
    }

    @Test
    void aPodThatIsKilledForItsMemoryEndsTheRecipeUntilItIsGivenMore() throws IOException {
        TrainingRecipe recipe = Recipes.recipe("photos", "waits", false);
        apply(recipe);
        awaitStatus("photos", s -> s.progress() != null && s.progress().step() == 25);
        client().resource(killedForItsMemory(pods().get(0))).patchStatus();
        TrainingRecipeStatus failed = awaitPhase("photos", Phase.FAILED);
        assertThat(condition(failed, "Stalled").reason()).isEqualTo("OutOfMemory");
        assertThat(failed.message()).contains("OOMKilled", "spec.compute.memory (1Gi)", "raise that");
        assertThat(failed.attempts().student()).isEqualTo(1);
        assertThat(failed.attempts().lastFailure().exitCode()).isEqualTo(137);
        tell("die");
        awaitNoMore("die");

        apply(Recipes.with(recipe, "/compute/memory", "2Gi"));
        assertThat(awaitStatus("photos", s -> s.attempts().resumedFromStep() != null)
                        .attempts()
                        .resumedFromStep())
                .isEqualTo(10);
        go();
        awaitPhase("photos", Phase.READY);
    }

    @Test
    void anAttemptThatTakesTooLongEndsTheRecipeUntilItIsGivenMoreTime() throws IOException {
        TrainingRecipe recipe = Recipes.recipe("photos", "waits", false);
        apply(Recipes.with(recipe, "/retry/timeoutSeconds", 3));
        TrainingRecipeStatus failed = awaitPhase("photos", Phase.FAILED);
        assertThat(condition(failed, "Stalled").reason()).isEqualTo("DeadlineExceeded");
        assertThat(failed.message()).contains("spec.retry.timeoutSeconds (3 s)", "raise that");
        assertThat(failed.attempts().student()).isEqualTo(1);
        await("its pod has ended", () -> pods().stream().noneMatch(AttemptsIT::runs));

        apply(Recipes.with(recipe, "/retry/timeoutSeconds", 300));
        go();
        awaitPhase("photos", Phase.READY);
    }

    @Test
    void aPodThatIsDeletedSavesItselfAndIsReplacedInTheSameAttempt() throws IOException {
        apply(Recipes.recipe("photos", "waits", false));
        awaitStatus("photos", s -> s.progress() != null && s.progress().step() == 25);
        String first = pods().get(0).getMetadata().getName();
        client().pods().inNamespace("default").withName(first).delete();
        TrainingRecipeStatus again = awaitStatus("photos", s -> s.attempts().resumedFromStep() != null);
        assertThat(again.attempts().resumedFromStep()).isEqualTo(25);
        assertThat(again.attempts().lostSteps()).isZero();
        assertThat(again.attempts().student()).isEqualTo(1);
        go();
        awaitPhase("photos", Phase.READY);
        assertThat(jobNames()).hasSize(1);
    }

    @Test
    void aPodThatIsEvictedDoesNotCountThoughItHadNoTimeToSaveItself() throws IOException {
        apply(Recipes.with(Recipes.recipe("photos", "vanishes", false), "/retry/limit", 0));
        awaitStatus("photos", s -> s.progress() != null && s.progress().step() == 10);
        Pod pod = pods().get(0);
        Eviction.evict(client(), pod);
        TrainingRecipeStatus evicted = awaitStatus("photos", s -> s.attempts().lastFailure() != null);
        assertThat(evicted.attempts().lastFailure().reason()).isEqualTo("EvictionByEvictionAPI");
        await("another pod runs", () -> pods().stream()
                .anyMatch(
                        p -> !p.getMetadata().getUid().equals(pod.getMetadata().getUid()) && runs(p)));
        go();
        TrainingRecipeStatus ready = awaitPhase("photos", Phase.READY);
        assertThat(ready.attempts().student()).isEqualTo(1);
    }

    @Test
    void aJobThatIsDeletedIsMadeAgainWhenItsPodHasEnded() throws IOException {
        apply(Recipes.recipe("photos", "waits", false));
        awaitStatus("photos", s -> s.progress() != null && s.progress().step() == 25);
        Job first = jobs().get(0);
        client().resource(first).delete();
        TrainingRecipeStatus again = awaitStatus("photos", s -> s.attempts().resumedFromStep() != null);
        // Its first process saved itself to the end: the second was not started before.
        assertThat(again.attempts().resumedFromStep()).isEqualTo(25);
        assertThat(again.attempts().student()).isEqualTo(1);
        assertThat(jobNames()).containsExactly(first.getMetadata().getName());
        go();
        awaitPhase("photos", Phase.READY);
    }

    @Test
    void aRecipeMapThatIsDeletedBeforeItsPodStartsIsMadeAgain() {
        PersistentVolumeClaim claim = client().persistentVolumeClaims()
                .inNamespace("default")
                .withName("photos")
                .get();
        client().resource(claim).delete();
        await("the claim is gone", () -> client().resource(claim).get() == null);
        try {
            apply(Recipes.recipe("photos", "happy", false));
            awaitStatus("photos", s -> s.message() != null && s.message().contains("photos\""));
            client().resources(ConfigMap.class)
                    .inNamespace("default")
                    .withName(jobNames().get(0))
                    .delete();
        } finally {
            client().resource(dataClaim()).create();
        }
        awaitPhase("photos", Phase.READY);
    }

    @Test
    void twoRecipesShareTheAttemptsAtOneTeacher() {
        apply(Recipes.with(Recipes.recipe("one", "teacher-crashes", true), "/retry/limit", 0));
        assertThat(awaitPhase("one", Phase.FAILED).attempts().teacher()).isEqualTo(1);
        apply(Recipes.with(Recipes.recipe("two", "teacher-crashes", true), "/retry/limit", 1));
        TrainingRecipeStatus second = awaitPhase("two", Phase.FAILED);
        assertThat(second.attempts().teacher()).isEqualTo(2);
        assertThat(second.attempts().teacherBefore()).isEqualTo(1);
        assertThat(jobNames()).hasSize(3).allMatch(name -> name.matches("teacher-[0-9a-f]{16}-[123]"));
        assertThat(recipe("one").get().getStatus().attempts().teacher()).isEqualTo(1);
    }

    @Test
    void aSharedTeacherThatNeedsMoreThanItsFirstRecipeGivesIsTriedWithTheOthersMemory() throws IOException {
        apply(Recipes.with(Recipes.recipe("one", "teacher-outgrows", true), "/compute/memory", "1Gi"));
        awaitPhase("one", Phase.TRAINING_TEACHER);
        apply(Recipes.with(Recipes.recipe("two", "teacher-outgrows", true), "/compute/memory", "2Gi"));
        awaitPhase("two", Phase.TRAINING_TEACHER);
        await("both own it", () -> owners(jobNames().get(0)).equals(List.of("one", "two")));
        tell("go-teacher");
        assertThat(awaitPhase("one", Phase.FAILED).attempts().lastFailure().reason())
                .isEqualTo("OutOfMemory");
        assertThat(awaitPhase("two", Phase.READY).attempts().teacher()).isEqualTo(2);
    }

    @Test
    void recipesWithWorkspacesOfTheirOwnTrainATeacherEach() {
        apply(Recipes.recipe("one", "happy", true));
        apply(Recipes.with(Recipes.recipe("two", "happy", true), "/compute/workspaceClaim", "other"));
        awaitPhase("one", Phase.READY);
        awaitPhase("two", Phase.READY);
        assertThat(jobNames().stream().filter(name -> name.startsWith("teacher-")))
                .hasSize(2);
    }

    @Test
    void aTeacherThatFailedIsTriedAgainForARecipeThatWasMended() {
        TrainingRecipe recipe = Recipes.with(Recipes.recipe("one", "teacher-crashes", true), "/retry/limit", 0);
        apply(recipe);
        awaitPhase("one", Phase.FAILED);
        apply(Recipes.with(Recipes.recipe("one", "happy", true), "/retry/limit", 0));
        TrainingRecipeStatus status = awaitPhase("one", Phase.READY);
        assertThat(status.attempts().teacher()).isEqualTo(1);
        assertThat(status.attempts().teacherBefore()).isEqualTo(1);
    }

    @Test
    void aTeacherGoesOnForTheOthersWhenOneRecipeIsSuspended() throws IOException {
        apply(Recipes.recipe("one", "teacher-waits", true));
        awaitPhase("one", Phase.TRAINING_TEACHER);
        apply(Recipes.recipe("two", "teacher-waits", true));
        awaitPhase("two", Phase.TRAINING_TEACHER);
        String teacher = jobNames().get(0);
        await("both own it", () -> owners(teacher).equals(List.of("one", "two")));
        suspend("one", true);
        awaitPhase("one", Phase.SUSPENDED);
        await("the other owns it", () -> owners(teacher).equals(List.of("two")));
        assertThat(recipe("two").get().getStatus().phase()).isEqualTo(Phase.TRAINING_TEACHER);
        suspend("two", true);
        await("nobody needs it", () -> job(teacher).getSpec().getSuspend());
        suspend("one", false);
        awaitPhase("one", Phase.TRAINING_TEACHER);
        tell("go-teacher");
        awaitPhase("one", Phase.READY);
        assertThat(recipe("two").get().getStatus().phase()).isEqualTo(Phase.SUSPENDED);
        suspend("two", false);
        awaitPhase("two", Phase.READY);
        assertThat(jobNames().stream().filter(name -> name.startsWith("teacher-")))
                .containsExactly(teacher);
    }

    /** There is no Job yet whose events could wake them, and none of them looks again by itself. */
    @Test
    void aPodOfASharedTeacherWakesEveryRecipeThatWaitsForIt() {
        TrainingRecipe recipe = Recipes.recipe("one", "happy", true);
        ResolvedRecipe resolved =
                RecipeResolver.resolve("default", "one", recipe.getSpec(), KubernetesUnderTest.TRAINER_IMAGE);
        Pod left = new PodBuilder()
                .withNewMetadata()
                .withName("left")
                .withNamespace("default")
                .withLabels(StagePlan.teacher(recipe, resolved).labels())
                .endMetadata()
                .withNewSpec()
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .addNewContainer()
                .withName("trainer")
                .withImage("none")
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .addToDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .withNewResources()
                .addToLimits("nvidia.com/gpu", new Quantity("99"))
                .endResources()
                .endContainer()
                .endSpec()
                .build();
        client().resource(left).create();
        for (String name : List.of("one", "two")) {
            apply(Recipes.recipe(name, "happy", true));
            awaitStatus(name, status -> status.message().contains("PodEnding"));
        }
        assertThat(jobs()).isEmpty();
        client().resource(left).withGracePeriod(0).delete();
        awaitPhase("one", Phase.READY);
        awaitPhase("two", Phase.READY);
    }

    @Test
    void whyTheApiServerRefusesPodsIsFoundInTheJobsEvents() {
        apply(Recipes.recipe("photos", "happy", false));
        awaitPhase("photos", Phase.READY);
        Job job = jobs().get(0);
        StageCluster cluster = new StageCluster(client(), null);
        assertThat(cluster.refusal(job)).isEmpty();
        refused(job, "2026-03-01T12:00:01Z", "pods \"a\" is forbidden: exceeded quota: gpus");
        refused(job, "2026-03-01T12:00:00Z", "an older one");
        assertThat(cluster.refusal(job)).contains("pods \"a\" is forbidden: exceeded quota: gpus");
    }

    /** As a kubelet tells it. */
    private static Pod killedForItsMemory(Pod pod) {
        return new PodBuilder(pod)
                .editStatus()
                .withPhase("Failed")
                .editFirstContainerStatus()
                .withReady(false)
                .withNewState()
                .withNewTerminated()
                .withExitCode(137)
                .withReason("OOMKilled")
                .endTerminated()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
    }

    private static boolean runs(Pod pod) {
        return "Running".equals(pod.getStatus().getPhase());
    }

    private static void awaitNoMore(String file) {
        await(
                "no " + file,
                () -> Files.notExists(kubernetes.claim("default", WORKSPACE).resolve(file)));
    }

    /** As the Job controller tells it. */
    private static void refused(Job job, String time, String message) {
        client().resource(new EventBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withGenerateName("refused-")
                        .endMetadata()
                        .withNewInvolvedObject()
                        .withKind("Job")
                        .withNamespace("default")
                        .withName(job.getMetadata().getName())
                        .withUid(job.getMetadata().getUid())
                        .endInvolvedObject()
                        .withType("Warning")
                        .withReason("FailedCreate")
                        .withMessage(message)
                        .withLastTimestamp(time)
                        .build())
                .create();
    }

    private static List<String> owners(String job) {
        return job(job).getMetadata().getOwnerReferences().stream()
                .map(owner -> owner.getName())
                .sorted()
                .toList();
    }
}
