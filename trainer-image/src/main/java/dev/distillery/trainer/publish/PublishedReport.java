package dev.distillery.trainer.publish;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.Result;
import dev.distillery.trainer.gate.Latency;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The content of a version's {@code report.json}. Holds no version number and no time, so that the same run gives the
 * same bytes wherever it lands.
 *
 * @param sha256 of {@code model.onnx}, lower-case hex
 * @param latencies by file name
 * @param recall null for a class without validation images
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record PublishedReport(
        String runId,
        String modelName,
        String recipeDigest,
        String teacherHash,
        String sha256,
        DataFacts data,
        ModelInput input,
        String computeType,
        List<String> classes,
        Result result,
        Map<String, List<Latency>> latencies,
        List<Double> recall,
        int[][] confusion,
        List<String> warnings,
        List<CurvePoint> learningCurve) {

    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    static PublishedReport of(Bundle bundle, String sha256) {
        return new PublishedReport(
                bundle.runId(),
                bundle.modelName(),
                bundle.recipe().digest(),
                bundle.recipe().teacherHash(),
                sha256,
                bundle.data(),
                bundle.input(),
                bundle.computeType(),
                bundle.classes(),
                bundle.result(),
                bundle.latencies(),
                Arrays.stream(bundle.recall())
                        .mapToObj(share -> Double.isNaN(share) ? null : (Double) share)
                        .toList(),
                bundle.confusion(),
                bundle.warnings(),
                bundle.curve());
    }

    /** @throws IOException if the bytes are no such report */
    static PublishedReport read(byte[] json) throws IOException {
        return MAPPER.readValue(json, PublishedReport.class);
    }

    static byte[] json(Object value) {
        try {
            return (MAPPER.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("reports and recipes are plain records and can be written", e);
        }
    }
}
