package dev.distillery.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.distillery.report.Artifact;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.Result;
import dev.distillery.report.Stage;
import java.util.List;

/**
 * @param top1 percent with one decimal, for the printer column; absent until something was measured
 * @param recipeDigest SHA-256 of the resolved recipe, as in the ONNX metadata
 * @param runId names this run of this recipe; changes with anything in the spec but {@code suspend} and {@code retention}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingRecipeStatus(
        Long observedGeneration,
        Phase phase,
        String message,
        String top1,
        List<Condition> conditions,
        Progress progress,
        Attempts attempts,
        List<CurvePoint> learningCurve,
        Result result,
        List<Artifact> artifacts,
        List<String> warnings,
        String recipeDigest,
        String runId) {

    /** @return the same status with these conditions */
    public TrainingRecipeStatus withConditions(List<Condition> others) {
        return new TrainingRecipeStatus(
                observedGeneration,
                phase,
                message,
                top1,
                others,
                progress,
                attempts,
                learningCurve,
                result,
                artifacts,
                warnings,
                recipeDigest,
                runId);
    }

    /** @return the same status, its conditions included, of another generation of the resource */
    public TrainingRecipeStatus observedAt(Long generation) {
        return new TrainingRecipeStatus(
                generation,
                phase,
                message,
                top1,
                conditions == null
                        ? null
                        : conditions.stream().map(c -> c.observedAt(generation)).toList(),
                progress,
                attempts,
                learningCurve,
                result,
                artifacts,
                warnings,
                recipeDigest,
                runId);
    }

    /**
     * @param percent of both stages together, 0 to 100
     * @param summary for the printer column, e.g. {@code Student 4/12 41%}
     * @param pod that reported it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Progress(
            String stage,
            int epoch,
            int epochs,
            long step,
            long steps,
            int percent,
            String summary,
            Double loss,
            Double top1,
            double imagesPerSecond,
            long estimatedSecondsLeft,
            String pod) {}

    /**
     * What it took. An attempt is one Job; a pod that is evicted or preempted is replaced within it.
     *
     * @param teacher attempts at the teacher that this recipe took part in
     * @param student attempts at the student
     * @param teacherBefore attempts at the teacher before those, other recipes' or earlier runs'; absent if there were none
     * @param lastFailure why the newest pod that did not get to the end did not; null if every one did
     * @param lastCheckpointStep step of the stage's newest checkpoint
     * @param lastCheckpointTime when it was written
     * @param resumedFromStep where the stage's newest process went on; absent if it began at the start
     * @param lostSteps steps that were done again, as far as progress was reported: those after that checkpoint
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Attempts(
            int teacher,
            int student,
            Integer teacherBefore,
            Failure lastFailure,
            Long lastCheckpointStep,
            String lastCheckpointTime,
            Long resumedFromStep,
            Long lostSteps) {}

    /**
     * @param attempt from 1
     * @param reason an {@link dev.distillery.report.ExitCode#reason()}, or Kubernetes' reason for a disruption
     * @param exitCode of the trainer; absent if its pod went without one
     * @param pod absent if nothing is known of it any more
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Failure(Stage stage, int attempt, String reason, String message, Integer exitCode, String pod) {}
}
