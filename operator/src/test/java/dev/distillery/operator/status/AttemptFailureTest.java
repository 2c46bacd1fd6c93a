package dev.distillery.operator.status;

import static dev.distillery.operator.status.Attempts.FAILED_AT;
import static dev.distillery.operator.status.Attempts.NOW;
import static dev.distillery.operator.status.Attempts.THREE_MORE;
import static dev.distillery.operator.status.Attempts.attempt;
import static dev.distillery.operator.status.Attempts.dead;
import static dev.distillery.operator.status.Attempts.ended;
import static dev.distillery.operator.status.Attempts.failed;
import static dev.distillery.operator.status.Attempts.job;
import static dev.distillery.operator.status.Attempts.observe;
import static dev.distillery.operator.status.Attempts.pod;
import static dev.distillery.operator.status.Attempts.report;
import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.report.ExitCode;
import dev.distillery.report.Stage;
import dev.distillery.status.TrainingRecipeStatus.Failure;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AttemptFailureTest {
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
}
