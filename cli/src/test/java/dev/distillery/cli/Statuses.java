package dev.distillery.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.report.Artifact;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.Result;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Statuses as they come over the wire: with some fields, and without the others. */
final class Statuses {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Object> fields = new HashMap<>();

    static Statuses in(Phase phase) {
        Statuses status = new Statuses();
        status.fields.put("phase", phase);
        return status;
    }

    Statuses condition(String type, String value, String reason, String message) {
        fields.put("conditions", List.of(new Condition(type, value, reason, message, "2026-01-01T00:00:00Z", 1L)));
        return this;
    }

    Statuses progress(TrainingRecipeStatus.Progress progress) {
        fields.put("progress", progress);
        return this;
    }

    Statuses learningCurve(List<CurvePoint> points) {
        fields.put("learningCurve", points);
        return this;
    }

    Statuses result(Result result) {
        fields.put("result", result);
        return this;
    }

    Statuses artifact(String uri, String sha256) {
        fields.put("artifacts", List.of(new Artifact(uri, 1, sha256, null)));
        return this;
    }

    Statuses message(String message) {
        fields.put("message", message);
        return this;
    }

    Statuses warning(String warning) {
        fields.put("warnings", List.of(warning));
        return this;
    }

    TrainingRecipeStatus build() {
        return JSON.convertValue(fields, TrainingRecipeStatus.class);
    }
}
