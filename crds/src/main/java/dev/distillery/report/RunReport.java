package dev.distillery.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * How a stage ended; written once, small enough for a termination message.
 *
 * @param reason an {@link ExitCode#reason()}
 * @param message for people; on failure what, where, got, expected, and what to do
 * @param top1 of this stage's own network; null if it was not measured
 * @param reused true when the teacher was already in the workspace and nothing was trained
 * @param result null unless the student passed the gate or failed it
 * @param artifacts empty unless published
 * @param warnings what the user should know though it worked
 * @param learningCurve of this stage, thinned
 * @param resumption null if the stage did not train
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunReport(
        String runId,
        Stage stage,
        String reason,
        String message,
        Double top1,
        boolean reused,
        Result result,
        List<Artifact> artifacts,
        List<String> warnings,
        List<CurvePoint> learningCurve,
        Resumption resumption) {

    public boolean succeeded() {
        return ExitCode.SUCCEEDED.reason().equals(reason);
    }
}
