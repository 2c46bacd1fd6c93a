package dev.distillery.operator.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.event.RecipeEvents.Notice;
import dev.distillery.report.Stage;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import dev.distillery.status.TrainingRecipeStatus.Attempts;
import dev.distillery.status.TrainingRecipeStatus.Failure;
import dev.distillery.status.TrainingRecipeStatus.Progress;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecipeEventsTest {
    @Test
    void aNewRunIsAccepted() {
        assertThat(reasons(null, status("run", Phase.PENDING))).containsExactly("Accepted");
    }

    @Test
    void aRejectedRecipeIsAWarningAndNotAccepted() {
        List<Notice> notices = RecipeEvents.notices(null, status(null, Phase.FAILED, failed("InvalidRecipe")));
        assertThat(notices).containsExactly(new Notice(true, "InvalidRecipe", "message of Failed"));
    }

    @Test
    void eachStepIsToldOnce() {
        TrainingRecipeStatus teacher = status("run", Phase.TRAINING_TEACHER);
        TrainingRecipeStatus student =
                status("run", Phase.TRAINING_STUDENT, condition(Condition.TEACHER_READY, "True", "Trained"));
        assertThat(reasons(status("run", Phase.PENDING), teacher)).containsExactly("TeacherStarted");
        assertThat(reasons(teacher, teacher)).isEmpty();
        assertThat(reasons(teacher, student)).containsExactly("TeacherReady", "StudentStarted");
        assertThat(reasons(student, student)).isEmpty();
        assertThat(reasons(student, status("run", Phase.READY, condition(Condition.TEACHER_READY, "True", "Trained"))))
                .containsExactly("Published");
    }

    @Test
    void suspendingAndResumingAreTold() {
        TrainingRecipeStatus training = status("run", Phase.TRAINING_STUDENT);
        TrainingRecipeStatus suspended = status("run", Phase.SUSPENDED);
        assertThat(reasons(training, suspended)).containsExactly("Suspended");
        assertThat(reasons(suspended, training)).containsExactly("Resumed", "StudentStarted");
    }

    @Test
    void aCorrectedRecipeIsANewRun() {
        assertThat(reasons(
                        status("first", Phase.FAILED, failed("GateFailed")), status("second", Phase.TRAINING_STUDENT)))
                .containsExactly("Accepted", "StudentStarted");
    }

    @Test
    void anotherFailureIsToldAgain() {
        TrainingRecipeStatus first = status(null, Phase.FAILED, failed("InvalidRecipe"));
        TrainingRecipeStatus second = new TrainingRecipeStatus(
                1L, Phase.FAILED, "another", null, first.conditions(), null, null, null, null, null, null, null, null);
        assertThat(RecipeEvents.notices(first, second)).containsExactly(new Notice(true, "InvalidRecipe", "another"));
    }

    @Test
    void anAttemptThatEndedEarlyAndWhereTheNextGoesOnAreToldOnce() {
        Failure crash = new Failure(Stage.STUDENT, 1, "PodFailed", "exit code 137", 137, "a");
        TrainingRecipeStatus training = training(new Attempts(0, 1, null, null, 500L, null, null, null), "a");
        TrainingRecipeStatus failed = training(new Attempts(0, 1, null, crash, 500L, null, null, null), "a");
        TrainingRecipeStatus again = training(new Attempts(0, 2, null, crash, 500L, null, 500L, 12L), "b");
        assertThat(RecipeEvents.notices(training, failed))
                .containsExactly(
                        new Notice(true, "AttemptInterrupted", "Student, attempt 1: PodFailed: exit code 137"));
        assertThat(RecipeEvents.notices(failed, again))
                .containsExactly(
                        new Notice(false, "Continued", "from the checkpoint at step 500; 12 steps are done again"));
        assertThat(RecipeEvents.notices(again, again)).isEmpty();
        Progress done = new Progress("Student", 2, 2, 0, 0, 100, "Done", null, null, 0, 0, null);
        TrainingRecipeStatus ready = new TrainingRecipeStatus(
                1L,
                Phase.READY,
                "published",
                null,
                List.of(),
                done,
                again.attempts(),
                null,
                null,
                null,
                null,
                null,
                "run");
        assertThat(RecipeEvents.notices(again, ready)).containsExactly(new Notice(false, "Published", "published"));
    }

    private static TrainingRecipeStatus training(Attempts attempts, String pod) {
        Progress progress = new Progress("Student", 1, 2, 1, 2, 3, "", null, null, 0, 0, pod);
        return new TrainingRecipeStatus(
                1L,
                Phase.TRAINING_STUDENT,
                "training the student",
                null,
                List.of(),
                progress,
                attempts,
                null,
                null,
                null,
                null,
                null,
                "run");
    }

    private static List<String> reasons(TrainingRecipeStatus before, TrainingRecipeStatus after) {
        return RecipeEvents.notices(before, after).stream().map(Notice::reason).toList();
    }

    private static TrainingRecipeStatus status(String runId, Phase phase, Condition... conditions) {
        String message = conditions.length == 0 ? "all is well" : conditions[0].message();
        return new TrainingRecipeStatus(
                1L, phase, message, null, List.of(conditions), null, null, null, null, null, null, null, runId);
    }

    private static Condition failed(String reason) {
        return condition(Condition.FAILED, "True", reason);
    }

    private static Condition condition(String type, String status, String reason) {
        return new Condition(type, status, reason, "message of " + type, "2026-03-01T12:00:00Z", 1L);
    }
}
