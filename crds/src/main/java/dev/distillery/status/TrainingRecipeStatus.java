package dev.distillery.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.distillery.report.Artifact;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.Result;
import java.util.List;

/**
 * @param top1 percent with one decimal, for the printer column; absent until something was measured
 * @param recipeDigest SHA-256 of the resolved recipe, as in the ONNX metadata
 * @param runId names this run of this recipe; changes with anything in the spec but {@code suspend}
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
            long estimatedSecondsLeft) {}

    /** @param teacher pods that the teacher's Job has started; {@code student} likewise */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Attempts(int teacher, int student, String lastFailure) {}
}
