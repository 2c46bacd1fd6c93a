package dev.distillery.trainer.publish;

import java.awt.AWTError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bundle as the files of a version folder.
 *
 * @param files content by name
 * @param sha256 of {@code model.onnx}, lower-case hex
 */
record BundleFiles(Map<String, byte[]> files, String sha256) {
    static final String REPORT = "report.json";
    static final String LABELS = "labels.txt";

    private static final Logger LOG = LoggerFactory.getLogger(BundleFiles.class);

    static BundleFiles of(Bundle bundle) {
        String sha256 = Sha256.of(bundle.onnx());
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("model.onnx", bundle.onnx());
        files.put(LABELS, bundle.labelsText().getBytes(StandardCharsets.UTF_8));
        files.put("recipe.json", PublishedReport.json(bundle.recipe()));
        Map<String, byte[]> charts = charts(bundle);
        files.putAll(charts);
        files.put("model-card.md", ModelCard.render(bundle, !charts.isEmpty()).getBytes(StandardCharsets.UTF_8));
        files.put(REPORT, PublishedReport.json(PublishedReport.of(bundle, sha256)));
        return new BundleFiles(files, sha256);
    }

    /** A machine without fonts cannot draw; the model is worth publishing all the same. */
    private static Map<String, byte[]> charts(Bundle bundle) {
        if (bundle.curve().isEmpty()) {
            return Map.of();
        }
        try {
            LearningCurveChart chart = new LearningCurveChart(bundle.curve());
            Map<String, byte[]> pictures = new LinkedHashMap<>();
            pictures.put("learning-curve.png", chart.png());
            pictures.put("learning-curve.svg", chart.svg());
            return pictures;
        } catch (IOException | RuntimeException | LinkageError | InternalError | AWTError e) {
            LOG.warn("the learning curve cannot be drawn, publishing without it: {}", e.toString());
            return Map.of();
        }
    }
}
