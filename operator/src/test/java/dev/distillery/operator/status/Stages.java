package dev.distillery.operator.status;

import dev.distillery.operator.stage.StagePlan;
import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.Artifact;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.Result;
import dev.distillery.report.Resumption;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.status.TrainingRecipeStatus;
import dev.distillery.status.TrainingRecipeStatus.Failure;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/** Stages as they are observed, and the status that is made of two. */
final class Stages {
    static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    static final StageObservation NONE = StageObservation.NONE;
    static final Result RESULT = new Result(0.913, 0.93, 1e-5, 1, 77754, 174970L, 313743, 0.2, 60, null);

    private Stages() {}

    static TrainingRecipeStatus project(
            TrainingRecipe recipe, StageObservation teacher, StageObservation student, Instant now) {
        Observation observation = new Observation(
                recipe,
                List.of(),
                RecipeResolver.resolve("default", recipe.getMetadata().getName(), recipe.getSpec()),
                StagePlan.runId(recipe),
                teacher,
                student,
                0,
                null);
        return new StatusProjector(clock(now)).project(observation);
    }

    static Clock clock(Instant now) {
        return Clock.fixed(now, ZoneOffset.UTC);
    }

    /** A stage in this state as {@link StageObservation#of} gives it. */
    static StageObservation in(Stage stage, State state) {
        Failure failure = new Failure(stage, 1, "PodFailed", "exit code 137", 137, "p");
        return switch (state) {
            case ABSENT -> NONE;
            case BLOCKED, QUEUED, SUSPENDED, PENDING ->
                new StageObservation(state, 1, null, null, null, null, null, false);
            case RUNNING -> new StageObservation(state, 1, null, null, null, null, null, true);
            case RETRYING ->
                new StageObservation(
                        state,
                        1,
                        null,
                        null,
                        new Waiting("BackOff", "attempt 2 of 4 starts soon"),
                        failure,
                        NOON,
                        true);
            case FAILED -> new StageObservation(state, 4, null, null, null, failure, null, true);
            case SUCCEEDED -> succeeded(report(stage, "Succeeded", stage == Stage.STUDENT ? RESULT : null));
        };
    }

    static StageObservation succeeded(RunReport report) {
        return new StageObservation(State.SUCCEEDED, 1, report, null, null, null, null, true);
    }

    static StageObservation failedBefore(Failure failure) {
        return new StageObservation(State.PENDING, 1, null, null, null, failure, null, false);
    }

    static StageObservation training(String pod, long step, long resumedFrom, Long checkpoint) {
        return training(pod, step, resumedFrom, checkpoint, null);
    }

    static StageObservation training(String pod, long step, long resumedFrom, Long checkpoint, String checkpointTime) {
        Resumption resumption = new Resumption(pod, resumedFrom, checkpoint, checkpointTime);
        ProgressReport report =
                new ProgressReport("r", Stage.STUDENT, 15, 30, step, 300, 0.4, 0.8, 900, 12, List.of(), resumption);
        return new StageObservation(State.RUNNING, 1, null, report, null, null, null, true);
    }

    static RunReport report(Stage stage, String reason, Result result) {
        boolean published = result != null && reason.equals("Succeeded");
        List<Artifact> artifacts = published ? List.of(new Artifact("file:///m/1", 1, "abc", null)) : List.of();
        return new RunReport(
                "r", stage, reason, "why " + reason, 0.9, false, result, artifacts, List.of(), List.of(), null);
    }
}
