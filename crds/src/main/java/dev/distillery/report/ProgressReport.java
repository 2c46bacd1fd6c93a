package dev.distillery.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * Where a run stands. Each report is whole: one that is lost costs nothing once the next arrives.
 *
 * @param runId the run that this speaks of, see {@link TrainerEnvironment#RUN_ID}
 * @param step optimizer steps done, of {@code steps}
 * @param loss mean training loss since the last report; null before the first step
 * @param top1 of the last finished epoch; null before it
 * @param learningCurve of this stage, one point per epoch so far, thinned to at most {@link LearningCurve#MAX_POINTS}
 * @param resumption null from who does not know
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProgressReport(
        String runId,
        Stage stage,
        int epoch,
        int epochs,
        long step,
        long steps,
        Double loss,
        Double top1,
        double imagesPerSecond,
        long estimatedSecondsLeft,
        List<CurvePoint> learningCurve,
        Resumption resumption) {}
