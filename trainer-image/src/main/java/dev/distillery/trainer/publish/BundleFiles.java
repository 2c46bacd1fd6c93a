package dev.distillery.trainer.publish;

import dev.distillery.trainer.Sha256;
import dev.distillery.trainer.signing.SigningKey;
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
    static final String CONFIG = "config.pbtxt";
    static final String LABELS = "labels.txt";
    static final String PREPROCESSING = "preprocessing.json";

    private static final Logger LOG = LoggerFactory.getLogger(BundleFiles.class);

    /** @param key null leaves the files unsigned */
    static BundleFiles of(Bundle bundle, SigningKey key) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(Bundle.MODEL, bundle.onnx());
        if (bundle.int8() != null) {
            files.put(Bundle.INT8_MODEL, bundle.int8());
        }
        Map<String, String> models = new LinkedHashMap<>();
        files.forEach((name, content) -> models.put(name, Sha256.of(content)));
        String sha256 = models.get(Bundle.MODEL);
        files.put(CONFIG, utf8(TritonConfig.render(bundle)));
        files.put(LABELS, utf8(bundle.labelsText()));
        files.put(
                PREPROCESSING,
                PublishedReport.json(PreprocessingContract.of(
                        bundle.input(), bundle.classes().size())));
        files.put("provenance.json", PublishedReport.json(Provenance.of(bundle, models)));
        files.put("recipe.json", PublishedReport.json(bundle.recipe()));
        Map<String, byte[]> charts = charts(bundle);
        files.putAll(charts);
        files.put("model-card.md", utf8(ModelCard.render(bundle, !charts.isEmpty(), key != null)));
        files.put(REPORT, PublishedReport.json(PublishedReport.of(bundle, sha256)));
        byte[] checksums = Checksums.render(files);
        files.put(Checksums.FILE, checksums);
        if (key != null) {
            files.put(Checksums.SIGNATURE, utf8(key.sign(checksums)));
        }
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

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
