package dev.distillery.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads and writes reports; a newer side's extra fields are no error. */
public final class ReportJson {
    /** What Kubernetes keeps of a termination message, in bytes. */
    public static final int MAX_TERMINATION_MESSAGE_BYTES = 4096;

    private static final ObjectMapper MAPPER =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private ReportJson() {}

    public static byte[] write(ProgressReport report) {
        return bytes(report);
    }

    /** @throws IOException if the bytes are no progress report */
    public static ProgressReport readProgress(byte[] json) throws IOException {
        return MAPPER.readValue(json, ProgressReport.class);
    }

    /** @throws IOException if the text is no run report */
    public static RunReport readRun(String json) throws IOException {
        return MAPPER.readValue(json, RunReport.class);
    }

    /**
     * The report as a termination message: the curve is thinned, and the message cut, until it fits; as a last resort the
     * last artifacts go, and the message says how many.
     */
    public static byte[] terminationMessage(RunReport report) {
        int points = LearningCurve.MAX_POINTS;
        RunReport shorter = report;
        byte[] json = bytes(report);
        while (json.length > MAX_TERMINATION_MESSAGE_BYTES) {
            points /= 2;
            String message = shorter.message();
            if (points == 0 && message.length() > 400) {
                message = message.substring(0, message.length() * 3 / 4) + "…";
            }
            shorter = new RunReport(
                    report.runId(),
                    report.stage(),
                    report.reason(),
                    message,
                    report.top1(),
                    report.reused(),
                    report.result(),
                    report.artifacts(),
                    points == 0 ? List.of() : report.warnings(),
                    points == 0 ? List.of() : LearningCurve.thin(report.learningCurve(), points),
                    report.resumption());
            byte[] next = bytes(shorter);
            if (points == 0 && next.length >= json.length) {
                return withFirstArtifacts(shorter);
            }
            json = next;
        }
        return json;
    }

    private static byte[] withFirstArtifacts(RunReport report) {
        int all = report.artifacts().size();
        for (int kept = all - 1; kept >= 0; kept--) {
            byte[] json = bytes(new RunReport(
                    report.runId(),
                    report.stage(),
                    report.reason(),
                    report.message() + "; " + (all - kept) + " of " + all
                            + " artifacts are not named here, for their URIs are too long",
                    report.top1(),
                    report.reused(),
                    report.result(),
                    report.artifacts().subList(0, kept),
                    report.warnings(),
                    report.learningCurve(),
                    report.resumption()));
            if (json.length <= MAX_TERMINATION_MESSAGE_BYTES) {
                return json;
            }
        }
        throw new IllegalStateException("a run report without artifacts cannot be made to fit");
    }

    private static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsString(value).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("reports are plain records and can be written", e);
        }
    }
}
