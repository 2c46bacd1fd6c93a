package dev.distillery.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.Recipes;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.Artifact;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.Result;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.schema.Violation;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StatusProjectorTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final StageObservation NONE = StageObservation.NONE;
    private static final Result RESULT = new Result(0.913, 0.93, 1e-5, 1, 77754, 174970L, 313743, 0.2, 60, null);

    static Stream<Arguments> states() {
        StageObservation trained = ended(State.SUCCEEDED, report(Stage.TEACHER, "Succeeded", null));
        StageObservation gateFailed = ended(State.FAILED, report(Stage.STUDENT, "GateFailed", RESULT));
        StageObservation noData = ended(State.FAILED, report(Stage.TEACHER, "InvalidData", null));
        StageObservation crashed = new StageObservation(State.FAILED, 4, null, null, "exit code 137 (OOMKilled)");
        StageObservation published = ended(State.SUCCEEDED, report(Stage.STUDENT, "Succeeded", RESULT));
        return Stream.of(
                Arguments.of(
                        NONE,
                        NONE,
                        Phase.PENDING,
                        "TeacherReady=False StudentTrained=False GatePassed=Unknown Published=False Ready=False Failed=False"),
                Arguments.of(
                        running(),
                        NONE,
                        Phase.TRAINING_TEACHER,
                        "TeacherReady=False StudentTrained=False GatePassed=Unknown Published=False Ready=False Failed=False"),
                Arguments.of(
                        trained,
                        running(),
                        Phase.TRAINING_STUDENT,
                        "TeacherReady=True StudentTrained=False GatePassed=Unknown Published=False Ready=False Failed=False"),
                Arguments.of(
                        trained,
                        published,
                        Phase.READY,
                        "TeacherReady=True StudentTrained=True GatePassed=True Published=True Ready=True Failed=False"),
                Arguments.of(
                        trained,
                        gateFailed,
                        Phase.FAILED,
                        "TeacherReady=True StudentTrained=True GatePassed=False Published=False Ready=False Failed=True"),
                Arguments.of(
                        noData,
                        NONE,
                        Phase.FAILED,
                        "TeacherReady=False StudentTrained=False GatePassed=Unknown Published=False Ready=False Failed=True"),
                Arguments.of(
                        trained,
                        crashed,
                        Phase.FAILED,
                        "TeacherReady=True StudentTrained=False GatePassed=Unknown Published=False Ready=False Failed=True"));
    }

    @ParameterizedTest
    @MethodSource("states")
    void phaseAndConditionsFollowFromTheStages(
            StageObservation teacher, StageObservation student, Phase phase, String conditions) {
        TrainingRecipeStatus status = project(Recipes.stored("photos", true), teacher, student, NOON);
        assertThat(status.phase()).isEqualTo(phase);
        assertThat(conditions(status)).isEqualTo("Accepted=True " + conditions);
        assertThat(status.observedGeneration()).isEqualTo(3);
    }

    @Test
    void everyViolationIsInTheAcceptedCondition() {
        Observation rejected = new Observation(
                Recipes.stored("photos", true),
                List.of(new Violation("spec.a", "1", "2"), new Violation("spec.b", "3", "4")),
                null,
                null,
                NONE,
                NONE);
        TrainingRecipeStatus status = new StatusProjector(clock(NOON)).project(rejected);
        assertThat(status.phase()).isEqualTo(Phase.FAILED);
        assertThat(conditions(status)).isEqualTo("Accepted=False Ready=False Failed=True");
        assertThat(status.conditions().get(0).message()).contains("spec.a: got 1, expected 2", "spec.b");
    }

    @Test
    void nothingChangesWhileNothingHappensAndTransitionTimesStay() {
        TrainingRecipe recipe = Recipes.stored("photos", true);
        TrainingRecipeStatus first = project(recipe, running(), NONE, NOON);
        recipe.setStatus(first);
        TrainingRecipeStatus later = project(recipe, running(), NONE, NOON.plusSeconds(60));
        assertThat(later).isEqualTo(first);
        TrainingRecipeStatus failed = project(
                recipe, ended(State.FAILED, report(Stage.TEACHER, "Diverged", null)), NONE, NOON.plusSeconds(90));
        assertThat(condition(failed, Condition.ACCEPTED).lastTransitionTime()).isEqualTo("2026-03-01T12:00:00Z");
        assertThat(condition(failed, Condition.FAILED).lastTransitionTime()).isEqualTo("2026-03-01T12:01:30Z");
        assertThat(condition(failed, Condition.FAILED).reason()).isEqualTo("Diverged");
    }

    @Test
    void progressCountsBothStagesByTheirEpochs() {
        ProgressReport half = new ProgressReport("r", Stage.STUDENT, 15, 30, 150, 300, 0.4, 0.8, 900, 12, List.of());
        StageObservation trained = ended(State.SUCCEEDED, report(Stage.TEACHER, "Succeeded", null));
        StageObservation student = new StageObservation(State.RUNNING, 1, null, half, null);
        TrainingRecipeStatus status = project(Recipes.stored("photos", true), trained, student, NOON);
        // (10 of 10 + 15 of 30) of 40 epochs
        assertThat(status.progress().percent()).isEqualTo(62);
        assertThat(status.progress().summary()).isEqualTo("Student 15/30 62%");
        assertThat(status.top1()).isEqualTo("80.0%");
    }

    @Test
    void theLearningCurveStaysShortAndOutlivesThePods() {
        StageObservation teacher = new StageObservation(State.SUCCEEDED, 1, withCurve(Stage.TEACHER, 200), null, null);
        StageObservation student = new StageObservation(State.SUCCEEDED, 1, withCurve(Stage.STUDENT, 200), null, null);
        TrainingRecipe recipe = Recipes.stored("photos", true);
        TrainingRecipeStatus status = project(recipe, teacher, student, NOON);
        assertThat(status.learningCurve()).hasSize(64);
        assertThat(status.learningCurve().get(63).epoch()).isEqualTo(200);
        recipe.setStatus(status);
        TrainingRecipeStatus podsGone =
                project(recipe, new StageObservation(State.SUCCEEDED, 0, null, null, null), student, NOON);
        assertThat(podsGone.learningCurve()).hasSize(64);
    }

    @Test
    void aSuspendedRecipeSaysSo() {
        TrainingRecipe recipe = Recipes.stored("photos", false);
        recipe.setSpec(recipe.getSpec().withSuspend(true));
        TrainingRecipeStatus status =
                project(recipe, NONE, new StageObservation(State.SUSPENDED, 1, null, null, null), NOON);
        assertThat(status.phase()).isEqualTo(Phase.SUSPENDED);
        assertThat(conditions(status)).contains("Suspended=True").doesNotContain("TeacherReady");
    }

    @Test
    void whyAPodWaitsIsInTheMessage() {
        StageObservation waiting = new StageObservation(State.PENDING, 1, null, null, "Unschedulable: no GPU");
        assertThat(project(Recipes.stored("photos", false), NONE, waiting, NOON).message())
                .isEqualTo("Unschedulable: no GPU");
    }

    private static TrainingRecipeStatus project(
            TrainingRecipe recipe, StageObservation teacher, StageObservation student, Instant now) {
        Observation observation = new Observation(
                recipe,
                List.of(),
                RecipeResolver.resolve("default", recipe.getMetadata().getName(), recipe.getSpec()),
                StagePlan.runId(recipe),
                teacher,
                student);
        return new StatusProjector(clock(now)).project(observation);
    }

    private static Clock clock(Instant now) {
        return Clock.fixed(now, ZoneOffset.UTC);
    }

    private static StageObservation running() {
        return new StageObservation(State.RUNNING, 1, null, null, null);
    }

    private static StageObservation ended(State state, RunReport report) {
        return new StageObservation(state, 1, report, null, null);
    }

    private static RunReport report(Stage stage, String reason, Result result) {
        boolean published = result != null && reason.equals("Succeeded");
        List<Artifact> artifacts = published ? List.of(new Artifact("file:///m/1", 1, "abc", null)) : List.of();
        return new RunReport("r", stage, reason, "why " + reason, 0.9, false, result, artifacts, List.of(), List.of());
    }

    private static RunReport withCurve(Stage stage, int points) {
        List<CurvePoint> curve = IntStream.rangeClosed(1, points)
                .mapToObj(epoch -> new CurvePoint(stage, epoch, 1, 0.5, 0.1))
                .toList();
        return new RunReport("r", stage, "Succeeded", "", 0.9, false, RESULT, List.of(), List.of(), curve);
    }

    private static Condition condition(TrainingRecipeStatus status, String type) {
        Map<String, Condition> byType = status.conditions().stream().collect(Collectors.toMap(Condition::type, c -> c));
        return byType.get(type);
    }

    private static String conditions(TrainingRecipeStatus status) {
        return status.conditions().stream()
                .map(c -> c.type() + "=" + c.status())
                .collect(Collectors.joining(" "));
    }
}
