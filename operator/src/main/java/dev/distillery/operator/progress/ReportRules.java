package dev.distillery.operator.progress;

import dev.distillery.report.CurvePoint;
import dev.distillery.report.LearningCurve;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.ReportJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What a report must be before it may stand in a status. */
final class ReportRules {
    private ReportRules() {}

    /** @throws IOException whose message names the field, what was got and what was expected */
    static ProgressReport read(byte[] body) throws IOException {
        ProgressReport report = ReportJson.readProgress(body);
        List<String> problems = report == null ? List.of("got null, expected an object") : problems(report);
        if (!problems.isEmpty()) {
            throw new IOException(String.join("; ", problems));
        }
        return report;
    }

    private static List<String> problems(ProgressReport report) {
        List<String> problems = new ArrayList<>();
        require(report.runId() != null && !report.runId().isBlank(), "runId", report.runId(), "a run's id", problems);
        require(report.stage() != null, "stage", report.stage(), "Teacher or Student", problems);
        require(report.epochs() > 0, "epochs", report.epochs(), "at least 1", problems);
        require(
                report.epoch() >= 0 && report.epoch() <= report.epochs(),
                "epoch",
                report.epoch(),
                "0 to epochs (" + report.epochs() + ")",
                problems);
        require(report.steps() > 0, "steps", report.steps(), "at least 1", problems);
        require(
                report.step() >= 0 && report.step() <= report.steps(),
                "step",
                report.step(),
                "0 to steps (" + report.steps() + ")",
                problems);
        require(isFinite(report.loss()), "loss", report.loss(), "a finite number", problems);
        require(isShare(report.top1()), "top1", report.top1(), "0 to 1", problems);
        require(
                Double.isFinite(report.imagesPerSecond()) && report.imagesPerSecond() >= 0,
                "imagesPerSecond",
                report.imagesPerSecond(),
                "a finite number of at least 0",
                problems);
        require(
                report.estimatedSecondsLeft() >= 0,
                "estimatedSecondsLeft",
                report.estimatedSecondsLeft(),
                "at least 0",
                problems);
        List<CurvePoint> curve = report.learningCurve();
        require(
                curve != null
                        && curve.size() <= LearningCurve.MAX_POINTS
                        && curve.stream().allMatch(Objects::nonNull)
                        && curve.stream().allMatch(point -> point.stage() == report.stage() && isFinite(point)),
                "learningCurve",
                curve == null ? null : curve.size() + " points",
                "at most " + LearningCurve.MAX_POINTS + " points of this stage with finite numbers",
                problems);
        return problems;
    }

    private static boolean isFinite(CurvePoint point) {
        return Double.isFinite(point.loss()) && Double.isFinite(point.top1()) && Double.isFinite(point.learningRate());
    }

    private static boolean isFinite(Double value) {
        return value == null || Double.isFinite(value);
    }

    private static boolean isShare(Double value) {
        return value == null || value >= 0 && value <= 1;
    }

    private static void require(boolean holds, String field, Object got, String expected, List<String> problems) {
        if (!holds) {
            problems.add("%s: got %s, expected %s".formatted(field, got, expected));
        }
    }
}
