package dev.distillery.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.Recipes;
import dev.distillery.operator.stage.BackOff;
import dev.distillery.operator.stage.ProgressAccess;
import dev.distillery.operator.stage.StageJob;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.operator.stage.StagePod;
import dev.distillery.operator.stage.TrainerImages;
import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.ExitCode;
import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.status.TrainingRecipeStatus.Failure;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StageObservationTest {
    private static final String FAILED_AT = "2026-03-01T12:00:30Z";
    private static final Instant NOW = Instant.parse("2026-03-01T12:10:00Z");
    private static final RetryAllowance THREE_MORE =
            new RetryAllowance(3, new BackOff(Duration.ofSeconds(10), Duration.ofMinutes(10)), false);

    @Test
    void theStateFollowsTheJobThenThePod() {
        assertThat(observe(job()).state()).isEqualTo(State.PENDING);
        assertThat(observe(job(), pod("a", 0, "Pending")).state()).isEqualTo(State.PENDING);
        assertThat(observe(job(), pod("a", 0, "Running")).state()).isEqualTo(State.RUNNING);
        assertThat(observe(ended("Complete", "CompletionsReached"), dead("a", 0, 0, "Completed", null))
                        .state())
                .isEqualTo(State.SUCCEEDED);
        assertThat(observe(suspended(job()), pod("a", 0, "Failed")).state()).isEqualTo(State.SUSPENDED);
    }

    @Test
    void aPodThatStillRunsInASuspendedJobIsSavingItself() {
        StageObservation stopping = observe(suspended(job()), pod("a", 0, "Running"));
        assertThat(stopping.state()).isEqualTo(State.SUSPENDED);
        assertThat(stopping.waiting()).isEqualTo(new Waiting("Stopping", "pod a saves itself and ends"));
    }

    @Test
    void aSuspendedJobWithAQueueWaitsForIt() {
        TrainingRecipe recipe = Recipes.inQueue(Recipes.stored("photos", false), "team-a");
        assertThat(observe(job(recipe)).state()).isEqualTo(State.QUEUED);
        assertThat(observe(job(recipe)).waiting().message()).contains("team-a");
    }

    @Test
    void aPodThatEndedCountsAsRunningUntilTheJobSaysMore() {
        assertThat(observe(job(), dead("a", 0, 70, "Error", null)).state()).isEqualTo(State.RUNNING);
    }

    @Test
    void aJobThatEndedBeforeItsPodIsSeenToEndIsNotOverYet() {
        assertThat(observe(ended("Complete", "CompletionsReached"), pod("a", 0, "Running"))
                        .state())
                .isEqualTo(State.RUNNING);
        assertThat(observe(failed("PodFailurePolicy"), pod("a", 0, "Pending")).state())
                .isEqualTo(State.RUNNING);
    }

    @Test
    void theReportIsThatOfTheNewestPod() {
        Pod crashed = dead("z", 0, 70, "Error", null);
        Pod reported = dead("a", 1, 14, "Error", report("GateFailed"));
        StageObservation seen = observe(failed("PodFailurePolicy"), reported, crashed);
        assertThat(seen.report().reason()).isEqualTo("GateFailed");
        assertThat(seen.failure().pod()).isEqualTo("a");
        assertThat(seen.state()).isEqualTo(State.FAILED);
    }

    @Test
    void ofTwoPodsOfOneSecondTheFailedOneCameFirst() {
        Pod crashed = dead("z", 0, 143, "Error", null);
        Pod succeeded = dead("a", 0, 0, "Completed", report("Succeeded"));
        assertThat(observe(ended("Complete", "CompletionsReached"), crashed, succeeded)
                        .report()
                        .reason())
                .isEqualTo("Succeeded");
    }

    @ParameterizedTest
    @EnumSource(value = ExitCode.class, mode = EnumSource.Mode.EXCLUDE, names = "SUCCEEDED")
    void onlyFailuresThatAnotherAttemptCouldMendAreTriedAgain(ExitCode code) {
        State expected = code.retryable() ? State.RETRYING : State.FAILED;
        Pod reported = dead("a", 0, code.code(), "Error", report(code.reason()));
        assertThat(observe(failed("Any"), reported).state()).isEqualTo(expected);
        Pod silent = dead("a", 0, code.code(), "Error", null);
        assertThat(observe(failed("Any"), silent).state()).isEqualTo(expected);
    }

    @Test
    void theNextAttemptWaitsLongerEachTimeAndTheLastHasNone() {
        Pod crashed = dead("a", 0, 1, "Error", report("InternalError"));
        StageObservation first = attempt(1, failed("BackoffLimitExceeded"), crashed);
        assertThat(first.retryAt()).isEqualTo(Instant.parse(FAILED_AT).plusSeconds(10));
        assertThat(first.waiting().reason()).isEqualTo("BackOff");
        assertThat(first.waiting().message())
                .contains("attempt 2 of 4 starts at 2026-03-01T12:00:40Z", "InternalError: the end");
        assertThat(attempt(3, failed("BackoffLimitExceeded"), crashed).retryAt())
                .isEqualTo(Instant.parse(FAILED_AT).plusSeconds(40));
        StageObservation last = attempt(4, failed("BackoffLimitExceeded"), crashed);
        assertThat(last.state()).isEqualTo(State.FAILED);
        assertThat(last.retryAt()).isNull();
        assertThat(last.failure()).isEqualTo(new Failure(Stage.STUDENT, 1, "InternalError", "the end", 1, "a"));
    }

    @Test
    void aPodWithoutAReportIsExplained() {
        StageObservation killed = observe(failed("Any"), dead("a", 0, 137, "Error", "not a report"));
        assertThat(killed.report()).isNull();
        assertThat(killed.failure().reason()).isEqualTo("PodFailed");
        assertThat(killed.failure().message()).contains("137", "kubectl logs a");
    }

    @Test
    void ofAPodThatIsGoneTheJobTellsWhetherItHelpsToTryAgain() {
        StageObservation crashed = observe(failed("BackoffLimitExceeded"));
        assertThat(crashed.state()).isEqualTo(State.RETRYING);
        assertThat(crashed.failure().message()).contains("attempt 1 is gone", "BackoffLimitExceeded: so it is");
        assertThat(observe(failed("PodFailurePolicy")).state()).isEqualTo(State.FAILED);
    }

    @Test
    void aStudentWhosePodWentBeforeItWasHeardIsAskedAgain() {
        Job complete = ended("Complete", "CompletionsReached");
        StageObservation lost = observe(complete);
        assertThat(lost.state()).isEqualTo(State.RETRYING);
        assertThat(lost.failure().reason()).isEqualTo("ReportLost");
        assertThat(lost.retryAt()).isEqualTo(Instant.parse(FAILED_AT).plusSeconds(10));
        assertThat(attempt(4, complete).state()).isEqualTo(State.FAILED);
        assertThat(attempt(4, complete).failure().message()).contains("spec.retry.limit");
    }

    @Test
    void aTeacherNeedNotBeHeard() {
        StageObservation teacher = StageObservation.of(
                Stage.TEACHER, ended("Complete", "CompletionsReached"), List.of(), null, 1, THREE_MORE, NOW);
        assertThat(teacher.state()).isEqualTo(State.SUCCEEDED);
    }

    @Test
    void aPodKilledForItsMemoryNamesTheLimitAndIsNotTriedAgain() {
        StageObservation killed = observe(failed("BackoffLimitExceeded"), dead("a", 0, 137, "OOMKilled", null));
        assertThat(killed.state()).isEqualTo(State.FAILED);
        assertThat(killed.failure().reason()).isEqualTo("OutOfMemory");
        assertThat(killed.failure().message()).contains("pod a", "OOMKilled", "spec.compute.memory (1Gi)");
    }

    @Test
    void anAttemptThatTookTooLongSaysHowLongItHad() {
        Job late = failed("DeadlineExceeded")
                .edit()
                .editSpec()
                .withActiveDeadlineSeconds(600L)
                .endSpec()
                .build();
        StageObservation seen = observe(late, dead("a", 0, 143, "Error", report("Interrupted")));
        assertThat(seen.state()).isEqualTo(State.FAILED);
        assertThat(seen.failure().reason()).isEqualTo("DeadlineExceeded");
        assertThat(seen.failure().message()).contains("spec.retry.timeoutSeconds (600 s)");
    }

    /** Who shares a teacher tries it with its own. */
    @Test
    void limitsThatAnotherRecipeSetAreNotFinal() {
        RetryAllowance sharing = new RetryAllowance(3, THREE_MORE.backOff(), true);
        Pod killed = dead("a", 0, 137, "OOMKilled", null);
        assertThat(teacher(failed("BackoffLimitExceeded"), killed, sharing)).isEqualTo(State.RETRYING);
        assertThat(teacher(failed("DeadlineExceeded"), killed, sharing)).isEqualTo(State.RETRYING);
        assertThat(teacher(failed("BackoffLimitExceeded"), killed, THREE_MORE)).isEqualTo(State.FAILED);
        Pod refused = dead("a", 0, ExitCode.INVALID_DATA.code(), "Error", report("InvalidData"));
        assertThat(teacher(failed("PodFailurePolicy"), refused, sharing)).isEqualTo(State.FAILED);
    }

    private static State teacher(Job job, Pod pod, RetryAllowance allowance) {
        return StageObservation.of(Stage.TEACHER, job, List.of(new TrainerPod(pod)), null, 1, allowance, NOW)
                .state();
    }

    @Test
    void aPodThatWasPreemptedIsNoFailureOfTheAttempt() {
        Pod preempted = dead("a", 0, 143, "Error", report("Interrupted"))
                .edit()
                .editStatus()
                .addNewCondition()
                .withType("DisruptionTarget")
                .withStatus("True")
                .withReason("PreemptionByScheduler")
                .withMessage("preempting to accommodate a higher priority pod")
                .endCondition()
                .endStatus()
                .build();
        StageObservation seen = observe(job(), preempted, pod("b", 1, "Running"));
        assertThat(seen.state()).isEqualTo(State.RUNNING);
        assertThat(seen.attempts()).isEqualTo(1);
        assertThat(seen.failure().reason()).isEqualTo("PreemptionByScheduler");
        assertThat(seen.failure().message()).contains("higher priority pod", "it said: the end");
    }

    @Test
    void aUsersErrorIsOneEvenIfTheNodeWasAboutToGo() {
        Pod both = dead("a", 0, 11, "Error", report("InvalidData"))
                .edit()
                .editStatus()
                .addNewCondition()
                .withType("DisruptionTarget")
                .withStatus("True")
                .withReason("TerminationByKubelet")
                .endCondition()
                .endStatus()
                .build();
        StageObservation seen = observe(failed("PodFailurePolicy"), both);
        assertThat(seen.state()).isEqualTo(State.FAILED);
        assertThat(seen.failure().reason()).isEqualTo("InvalidData");
    }

    @Test
    void podsOfAJobOfTheSameNameThatWasDeletedAreNotThisJobs() {
        Pod other = pod("a", 0, "Running")
                .edit()
                .editMetadata()
                .editFirstOwnerReference()
                .withUid("another")
                .endOwnerReference()
                .endMetadata()
                .build();
        assertThat(observe(job(), other).state()).isEqualTo(State.PENDING);
    }

    @Test
    void whyAPodWaitsIsKept() {
        Pod unscheduled = pod("a", 0, "Pending")
                .edit()
                .editStatus()
                .addNewCondition()
                .withType("PodScheduled")
                .withStatus("False")
                .withReason("Unschedulable")
                .withMessage("0/3 nodes: no GPU")
                .endCondition()
                .endStatus()
                .build();
        assertThat(observe(job(), unscheduled).waiting()).isEqualTo(new Waiting("Unschedulable", "0/3 nodes: no GPU"));
        assertThat(observe(job(), unscheduled).scheduled()).isFalse();
        Pod pulling = pod("a", 0, "Pending")
                .edit()
                .withNewSpec()
                .withNodeName("node")
                .endSpec()
                .editStatus()
                .addNewContainerStatus()
                .withNewState()
                .withNewWaiting()
                .withReason("ImagePullBackOff")
                .withMessage("no such image")
                .endWaiting()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
        assertThat(observe(job(), pulling).waiting()).isEqualTo(new Waiting("ImagePullBackOff", "no such image"));
        assertThat(observe(job(), pulling).scheduled()).isTrue();
    }

    @Test
    void aSchedulerThatIsNotThereIsNamed() {
        assertThat(observe(job(), ofScheduler("volcano", null)).waiting().toString())
                .isEqualTo(
                        "WaitingForScheduler: scheduler volcano (spec.compute.schedulerName) has not looked at pod a");
        assertThat(observe(job(), ofScheduler("volcano", "node")).waiting()).isNull();
        assertThat(observe(job(), ofScheduler("default-scheduler", null)).waiting())
                .isNull();
    }

    private static Pod ofScheduler(String scheduler, String node) {
        return pod("a", 0, "Pending")
                .edit()
                .withNewSpec()
                .withSchedulerName(scheduler)
                .withNodeName(node)
                .endSpec()
                .build();
    }

    @Test
    void aJobThatIsBeingDeletedIsWaitedFor() {
        Job going = job().edit()
                .editMetadata()
                .withDeletionTimestamp(FAILED_AT)
                .endMetadata()
                .build();
        assertThat(observe(going, pod("a", 0, "Running")).waiting().reason()).isEqualTo("JobDeleted");
    }

    @Test
    void aPodThatItsNodeDoesNotEndIsLost() {
        StageObservation ending = observe(job(), deleted("2026-03-01T12:09:31Z"));
        assertThat(ending.state()).isEqualTo(State.RUNNING);
        StageObservation lost = observe(job(), deleted("2026-03-01T12:09:30Z"));
        assertThat(lost.state()).isEqualTo(State.PENDING);
        assertThat(lost.waiting().reason()).isEqualTo("NodeLost");
        assertThat(lost.waiting().message()).contains("pod a", "node gpu-7", "out-of-service");
        StageObservation suspended = observe(suspended(job()), deleted("2026-03-01T12:09:30Z"));
        assertThat(suspended.state()).isEqualTo(State.SUSPENDED);
        assertThat(suspended.waiting().reason()).isEqualTo("NodeLost");
    }

    private static Pod deleted(String by) {
        return pod("a", 0, "Running")
                .edit()
                .editMetadata()
                .withDeletionTimestamp(by)
                .endMetadata()
                .withNewSpec()
                .withNodeName("gpu-7")
                .endSpec()
                .build();
    }

    private static StageObservation observe(Job job, Pod... pods) {
        return attempt(1, job, pods);
    }

    private static StageObservation attempt(int attempts, Job job, Pod... pods) {
        return StageObservation.of(
                Stage.STUDENT, job, Stream.of(pods).map(TrainerPod::new).toList(), null, attempts, THREE_MORE, NOW);
    }

    private static Job job() {
        return job(Recipes.stored("photos", false));
    }

    /** As the operator makes it, and as the API server gives it back. */
    private static Job job(TrainingRecipe recipe) {
        StagePlan plan = StagePlan.student(recipe, RecipeResolver.resolve("default", "photos", recipe.getSpec()));
        return new StageJob(new StagePod(
                        new TrainerImages("trainer:1", "trainer-cuda:1"),
                        () -> new ProgressAccess(URI.create("https://operator:8443"), Duration.ofSeconds(5), "CA")))
                .desired(plan)
                .edit()
                .editMetadata()
                .withUid("job")
                .endMetadata()
                .withNewStatus()
                .endStatus()
                .build();
    }

    private static Job suspended(Job job) {
        return job.edit().editSpec().withSuspend(true).endSpec().build();
    }

    private static Job failed(String reason) {
        return ended("Failed", reason);
    }

    private static Job ended(String condition, String reason) {
        return job().edit()
                .editStatus()
                .addNewCondition()
                .withType(condition)
                .withStatus("True")
                .withReason(reason)
                .withMessage("so it is")
                .withLastTransitionTime(FAILED_AT)
                .endCondition()
                .endStatus()
                .build();
    }

    private static Pod pod(String name, int second, String phase) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withCreationTimestamp("2026-03-01T12:00:0" + second + "Z")
                .addToLabels(StagePlan.ATTEMPT, "1")
                .addNewOwnerReference()
                .withUid("job")
                .endOwnerReference()
                .endMetadata()
                .withNewStatus()
                .withPhase(phase)
                .endStatus()
                .build();
    }

    private static Pod dead(String name, int second, int exitCode, String reason, String message) {
        return pod(name, second, exitCode == 0 ? "Succeeded" : "Failed")
                .edit()
                .editStatus()
                .addNewContainerStatus()
                .withNewState()
                .withNewTerminated()
                .withExitCode(exitCode)
                .withReason(reason)
                .withMessage(message)
                .endTerminated()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
    }

    private static String report(String reason) {
        RunReport report = new RunReport(
                "r", Stage.STUDENT, reason, "the end", 0.9, false, null, List.of(), List.of(), List.of(), null);
        return new String(ReportJson.terminationMessage(report), StandardCharsets.UTF_8);
    }
}
