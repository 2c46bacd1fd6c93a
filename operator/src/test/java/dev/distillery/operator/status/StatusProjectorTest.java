package dev.distillery.operator.status;

import static dev.distillery.operator.status.Stages.NONE;
import static dev.distillery.operator.status.Stages.NOON;
import static dev.distillery.operator.status.Stages.RESULT;
import static dev.distillery.operator.status.Stages.clock;
import static dev.distillery.operator.status.Stages.in;
import static dev.distillery.operator.status.Stages.project;
import static dev.distillery.operator.status.Stages.report;
import static dev.distillery.operator.status.Stages.succeeded;
import static dev.distillery.operator.status.Stages.training;
import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.Recipes;
import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.schema.Violation;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import dev.distillery.status.TrainingRecipeStatus.Failure;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusProjectorTest {
    /**
     * Every combination of the two stages that can occur (a student is started only after its teacher has succeeded, and
     * its teacher's Job may go then), each running and suspended. GatePassed is Unknown where nothing was measured.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            # teacher   | student    | suspend | phase           | kstatus    | conditions that are true
            ABSENT      | ABSENT     | false   | Pending         | InProgress | Accepted Reconciling
            ABSENT      | ABSENT     | true    | Suspended       | InProgress | Accepted Suspended Reconciling
            BLOCKED     | ABSENT     | false   | Pending         | InProgress | Accepted Reconciling
            QUEUED      | ABSENT     | false   | Pending         | InProgress | Accepted Queued Reconciling
            QUEUED      | ABSENT     | true    | Suspended       | InProgress | Accepted Queued Suspended Reconciling
            SUSPENDED   | ABSENT     | false   | Pending         | InProgress | Accepted Reconciling
            SUSPENDED   | ABSENT     | true    | Suspended       | InProgress | Accepted Suspended Reconciling
            PENDING     | ABSENT     | false   | Pending         | InProgress | Accepted Queued Reconciling
            PENDING     | ABSENT     | true    | Suspended       | InProgress | Accepted Queued Suspended Reconciling
            RUNNING     | ABSENT     | false   | TrainingTeacher | InProgress | Accepted Queued Scheduled Reconciling
            RUNNING     | ABSENT     | true    | Suspended       | InProgress | Accepted Queued Scheduled Suspended Reconciling
            RETRYING    | ABSENT     | false   | Pending         | InProgress | Accepted Reconciling
            RETRYING    | ABSENT     | true    | Suspended       | InProgress | Accepted Suspended Reconciling
            FAILED      | ABSENT     | false   | Failed          | Failed     | Accepted Queued Scheduled Failed Stalled
            FAILED      | ABSENT     | true    | Failed          | Failed     | Accepted Queued Scheduled Failed Stalled
            SUCCEEDED   | ABSENT     | false   | Pending         | InProgress | Accepted TeacherReady Reconciling
            SUCCEEDED   | ABSENT     | true    | Suspended       | InProgress | Accepted TeacherReady Suspended Reconciling
            SUCCEEDED   | BLOCKED    | false   | Pending         | InProgress | Accepted TeacherReady Reconciling
            SUCCEEDED   | QUEUED     | false   | Pending         | InProgress | Accepted Queued TeacherReady Reconciling
            SUCCEEDED   | QUEUED     | true    | Suspended       | InProgress | Accepted Queued TeacherReady Suspended Reconciling
            SUCCEEDED   | SUSPENDED  | false   | Pending         | InProgress | Accepted TeacherReady Reconciling
            SUCCEEDED   | SUSPENDED  | true    | Suspended       | InProgress | Accepted TeacherReady Suspended Reconciling
            SUCCEEDED   | PENDING    | false   | Pending         | InProgress | Accepted Queued TeacherReady Reconciling
            SUCCEEDED   | PENDING    | true    | Suspended       | InProgress | Accepted Queued TeacherReady Suspended Reconciling
            SUCCEEDED   | RUNNING    | false   | TrainingStudent | InProgress | Accepted Queued Scheduled TeacherReady Reconciling
            SUCCEEDED   | RUNNING    | true    | Suspended       | InProgress | Accepted Queued Scheduled TeacherReady Suspended Reconciling
            SUCCEEDED   | RETRYING   | false   | Pending         | InProgress | Accepted TeacherReady Reconciling
            SUCCEEDED   | RETRYING   | true    | Suspended       | InProgress | Accepted TeacherReady Suspended Reconciling
            SUCCEEDED   | FAILED     | false   | Failed          | Failed     | Accepted Queued Scheduled TeacherReady Failed Stalled
            SUCCEEDED   | FAILED     | true    | Failed          | Failed     | Accepted Queued Scheduled TeacherReady Failed Stalled
            SUCCEEDED   | SUCCEEDED  | false   | Ready           | Current    | Accepted Queued Scheduled TeacherReady StudentTrained GatePassed Published Ready
            SUCCEEDED   | SUCCEEDED  | true    | Ready           | Current    | Accepted Queued Scheduled TeacherReady StudentTrained GatePassed Published Ready
            ABSENT      | QUEUED     | false   | Pending         | InProgress | Accepted Queued TeacherReady Reconciling
            ABSENT      | SUSPENDED  | true    | Suspended       | InProgress | Accepted TeacherReady Suspended Reconciling
            ABSENT      | PENDING    | false   | Pending         | InProgress | Accepted Queued TeacherReady Reconciling
            ABSENT      | RUNNING    | false   | TrainingStudent | InProgress | Accepted Queued Scheduled TeacherReady Reconciling
            ABSENT      | RETRYING   | false   | Pending         | InProgress | Accepted Reconciling
            ABSENT      | FAILED     | false   | Failed          | Failed     | Accepted Queued Scheduled TeacherReady Failed Stalled
            ABSENT      | SUCCEEDED  | false   | Ready           | Current    | Accepted Queued Scheduled TeacherReady StudentTrained GatePassed Published Ready
            RUNNING     | RUNNING    | false   | TrainingStudent | InProgress | Accepted Queued Scheduled TeacherReady Reconciling
            PENDING     | RETRYING   | false   | Pending         | InProgress | Accepted Queued Reconciling
            QUEUED      | RETRYING   | false   | Pending         | InProgress | Accepted Queued Reconciling
            RUNNING     | RETRYING   | false   | TrainingTeacher | InProgress | Accepted Queued Scheduled Reconciling
            RUNNING     | RETRYING   | true    | Suspended       | InProgress | Accepted Queued Scheduled Suspended Reconciling
            RETRYING    | RETRYING   | false   | Pending         | InProgress | Accepted Reconciling
            FAILED      | RETRYING   | false   | Failed          | Failed     | Accepted Queued Scheduled Failed Stalled
            none        | ABSENT     | false   | Pending         | InProgress | Accepted Reconciling
            none        | ABSENT     | true    | Suspended       | InProgress | Accepted Suspended Reconciling
            none        | BLOCKED    | false   | Pending         | InProgress | Accepted Reconciling
            none        | QUEUED     | false   | Pending         | InProgress | Accepted Queued Reconciling
            none        | SUSPENDED  | true    | Suspended       | InProgress | Accepted Suspended Reconciling
            none        | PENDING    | false   | Pending         | InProgress | Accepted Queued Reconciling
            none        | RUNNING    | false   | TrainingStudent | InProgress | Accepted Queued Scheduled Reconciling
            none        | RUNNING    | true    | Suspended       | InProgress | Accepted Queued Scheduled Suspended Reconciling
            none        | RETRYING   | false   | Pending         | InProgress | Accepted Reconciling
            none        | FAILED     | false   | Failed          | Failed     | Accepted Queued Scheduled Failed Stalled
            none        | SUCCEEDED  | false   | Ready           | Current    | Accepted Queued Scheduled StudentTrained GatePassed Published Ready
            """)
    void phaseConditionsAndKstatusFollowFromTheStages(
            String teacher, State student, boolean suspend, String phase, String kstatus, String conditions) {
        boolean distils = !teacher.equals("none");
        TrainingRecipe recipe = Recipes.stored("photos", distils);
        recipe.setSpec(recipe.getSpec().withSuspend(suspend));
        TrainingRecipeStatus status = project(
                recipe, distils ? in(Stage.TEACHER, State.valueOf(teacher)) : NONE, in(Stage.STUDENT, student), NOON);
        assertThat(status.phase()).hasToString(phase);
        assertThat(Kstatus.of(3, status)).isEqualTo(kstatus);
        assertThat(trueOnes(status)).isEqualTo(conditions);
        assertThat(status.message()).isNotBlank();
        assertThat(status.conditions()).allSatisfy(c -> {
            assertThat(c.reason()).matches("[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?");
            assertThat(c.message()).isNotBlank();
            assertThat(c.observedGeneration()).isEqualTo(3);
            assertThat(c.lastTransitionTime()).isEqualTo("2026-03-01T12:00:00Z");
        });
        String gate = condition(status, Condition.GATE_PASSED).status();
        assertThat(gate).isEqualTo(student == State.SUCCEEDED ? "True" : "Unknown");
        recipe.setStatus(status);
        assertThat(project(
                        recipe,
                        distils ? in(Stage.TEACHER, State.valueOf(teacher)) : NONE,
                        in(Stage.STUDENT, student),
                        NOON.plusSeconds(60)))
                .as("nothing changes while nothing happens")
                .isEqualTo(status);
    }

    @Test
    void aStudentThatMissedItsGateIsTrainedAndNotPublished() {
        Failure failure = new Failure(Stage.STUDENT, 1, "GateFailed", "top-1 0.8 is below 0.9", 14, "p");
        StageObservation missed = new StageObservation(
                State.FAILED, 1, report(Stage.STUDENT, "GateFailed", RESULT), null, null, failure, null, true);
        TrainingRecipeStatus status =
                project(Recipes.stored("photos", true), in(Stage.TEACHER, State.SUCCEEDED), missed, NOON);
        assertThat(trueOnes(status)).isEqualTo("Accepted Queued Scheduled TeacherReady StudentTrained Failed Stalled");
        assertThat(condition(status, Condition.GATE_PASSED).reason()).isEqualTo("GateFailed");
        assertThat(condition(status, Condition.FAILED).reason()).isEqualTo("GateFailed");
        assertThat(status.attempts().lastFailure()).isEqualTo(failure);
    }

    @Test
    void everyViolationIsInTheAcceptedCondition() {
        Observation rejected = Observation.rejected(
                Recipes.stored("photos", true),
                List.of(new Violation("spec.a", "1", "2"), new Violation("spec.b", "3", "4")));
        TrainingRecipeStatus status = new StatusProjector(clock(NOON)).project(rejected);
        assertThat(status.phase()).hasToString("Failed");
        assertThat(trueOnes(status)).isEqualTo("Failed Stalled");
        assertThat(Kstatus.of(3, status)).isEqualTo("Failed");
        assertThat(status.conditions().get(0).type()).isEqualTo("Accepted");
        assertThat(status.conditions().get(0).message()).contains("spec.a: got 1, expected 2", "spec.b");
    }

    @Test
    void whatARunCameToStaysUntilAnotherStarts() {
        TrainingRecipe recipe = Recipes.stored("photos", false);
        TrainingRecipeStatus ready = project(recipe, NONE, in(Stage.STUDENT, State.SUCCEEDED), NOON);
        recipe.setStatus(ready);
        Recipes.with(recipe, "/training/seed", 7);
        TrainingRecipeStatus invalid = new StatusProjector(clock(NOON))
                .project(Observation.rejected(recipe, List.of(new Violation("spec.a", "1", "2"))));
        assertThat(invalid.phase()).isEqualTo(Phase.FAILED);
        assertThat(invalid.runId()).as("no run").isNull();
        assertSameRecord(invalid, ready);
        recipe.setStatus(invalid);
        Recipes.with(recipe, "/suspend", true);
        TrainingRecipeStatus suspended = project(recipe, NONE, NONE, NOON);
        assertThat(suspended.phase()).isEqualTo(Phase.SUSPENDED);
        assertSameRecord(suspended, ready);
        recipe.setStatus(suspended);
        Recipes.with(recipe, "/suspend", false);
        TrainingRecipeStatus anew = project(recipe, NONE, in(Stage.STUDENT, State.PENDING), NOON);
        assertThat(anew.artifacts()).isNull();
        assertThat(anew.result()).isNull();
        assertThat(anew.top1()).isNull();
    }

    private static void assertSameRecord(TrainingRecipeStatus status, TrainingRecipeStatus record) {
        assertThat(status.artifacts()).isNotEmpty().isEqualTo(record.artifacts());
        assertThat(status.result()).isEqualTo(record.result());
        assertThat(status.top1()).isEqualTo(record.top1());
        assertThat(status.learningCurve()).isEqualTo(record.learningCurve());
        assertThat(status.recipeDigest()).isEqualTo(record.recipeDigest());
    }

    @Test
    void aTransitionTimeMovesOnlyWithItsCondition() {
        TrainingRecipe recipe = Recipes.stored("photos", true);
        recipe.setStatus(project(recipe, in(Stage.TEACHER, State.RUNNING), NONE, NOON));
        TrainingRecipeStatus failed = project(recipe, in(Stage.TEACHER, State.FAILED), NONE, NOON.plusSeconds(90));
        assertThat(condition(failed, Condition.ACCEPTED).lastTransitionTime()).isEqualTo("2026-03-01T12:00:00Z");
        assertThat(condition(failed, Condition.FAILED).lastTransitionTime()).isEqualTo("2026-03-01T12:01:30Z");
    }

    @Test
    void progressCountsBothStagesByTheirEpochs() {
        TrainingRecipeStatus status = project(
                Recipes.stored("photos", true), in(Stage.TEACHER, State.SUCCEEDED), training("a", 150, 0, null), NOON);
        // (10 of 10 + 15 of 30) of 40 epochs
        assertThat(status.progress().percent()).isEqualTo(62);
        assertThat(status.progress().summary()).isEqualTo("Student 15/30 62%");
        assertThat(status.top1()).isEqualTo("80.0%");
    }

    @Test
    void whatIsKnownOfProgressOutlivesThePodTheOperatorAndASuspension() {
        TrainingRecipe recipe = Recipes.stored("photos", false);
        TrainingRecipeStatus training = project(recipe, NONE, training("a", 150, 0, 140L), NOON);
        recipe.setStatus(training);
        for (State state :
                List.of(State.RUNNING, State.PENDING, State.RETRYING, State.BLOCKED, State.QUEUED, State.SUSPENDED)) {
            TrainingRecipeStatus silent = project(recipe, NONE, in(Stage.STUDENT, state), NOON);
            assertThat(silent.progress().summary())
                    .isEqualTo(training.progress().summary());
            assertThat(silent.top1()).isEqualTo("80.0%");
            assertThat(silent.attempts().lastCheckpointStep()).isEqualTo(140);
            assertThat(silent.progress().imagesPerSecond()).isEqualTo(state == State.RUNNING ? 900 : 0);
        }
        recipe.setSpec(recipe.getSpec().withTraining(recipe.getSpec().training().withSeed(9)));
        TrainingRecipeStatus anotherRun = project(recipe, NONE, in(Stage.STUDENT, State.PENDING), NOON);
        assertThat(anotherRun.progress().summary()).isEqualTo("Student 0/30 0%");
        assertThat(anotherRun.top1()).isNull();
        assertThat(anotherRun.attempts().lastCheckpointStep()).isNull();
    }

    @Test
    void theLearningCurveStaysShortAndOutlivesThePods() {
        StageObservation teacher = succeeded(withCurve(Stage.TEACHER, 200));
        StageObservation student = succeeded(withCurve(Stage.STUDENT, 200));
        TrainingRecipe recipe = Recipes.stored("photos", true);
        TrainingRecipeStatus status = project(recipe, teacher, student, NOON);
        assertThat(status.learningCurve()).hasSize(64);
        assertThat(status.learningCurve().get(63).epoch()).isEqualTo(200);
        recipe.setStatus(status);
        assertThat(project(recipe, succeeded(null), student, NOON).learningCurve())
                .hasSize(64);
    }

    @Test
    void whyNothingRunsIsInTheMessageAndInTheCondition() {
        StageObservation waiting = new StageObservation(
                State.PENDING, 1, null, null, new Waiting("Unschedulable", "no GPU"), null, null, false);
        TrainingRecipeStatus status = project(Recipes.stored("photos", false), NONE, waiting, NOON);
        assertThat(status.message()).isEqualTo("Unschedulable: no GPU");
        assertThat(condition(status, Condition.SCHEDULED).reason()).isEqualTo("Unschedulable");
        assertThat(condition(status, Condition.SCHEDULED).message()).isEqualTo("no GPU");
        StageObservation pulling = new StageObservation(
                State.PENDING, 1, null, null, new Waiting("ImagePullBackOff", "no such image"), null, null, true);
        status = project(Recipes.stored("photos", false), NONE, pulling, NOON);
        assertThat(condition(status, Condition.SCHEDULED).status()).isEqualTo("True");
        assertThat(status.message()).isEqualTo("ImagePullBackOff: no such image");
        assertThat(condition(status, Condition.STUDENT_TRAINED).reason()).isEqualTo("ImagePullBackOff");
    }

    private static RunReport withCurve(Stage stage, int points) {
        List<CurvePoint> curve = IntStream.rangeClosed(1, points)
                .mapToObj(epoch -> new CurvePoint(stage, epoch, 1, 0.5, 0.1))
                .toList();
        return new RunReport("r", stage, "Succeeded", "done", 0.9, false, RESULT, List.of(), List.of(), curve, null);
    }

    private static Condition condition(TrainingRecipeStatus status, String type) {
        Map<String, Condition> byType = status.conditions().stream().collect(Collectors.toMap(Condition::type, c -> c));
        return byType.get(type);
    }

    private static String trueOnes(TrainingRecipeStatus status) {
        return status.conditions().stream()
                .filter(c -> c.status().equals("True"))
                .map(Condition::type)
                .collect(Collectors.joining(" "));
    }
}
