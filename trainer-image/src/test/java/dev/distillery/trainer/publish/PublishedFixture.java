package dev.distillery.trainer.publish;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A small student as files. */
public final class PublishedFixture {
    private PublishedFixture() {}

    /** @param version null for the next free number */
    public static ModelVersion model(String runId, Integer version) {
        return ModelVersion.of(BundleFixture.bundle(
                runId, ModelInput.Form.PIXELS, BundleFixture.CLASSES, BundleFixture.recipe(version, "file:///unused")));
    }

    /** The same name with other classes. */
    public static ModelVersion otherModel(String runId) {
        return ModelVersion.of(BundleFixture.bundle(
                runId,
                ModelInput.Form.PIXELS,
                List.of("cat", "dog", "bird"),
                BundleFixture.recipe(null, "file:///unused")));
    }

    /** The same with a network of this size. */
    public static ModelVersion withOnnx(ModelVersion model, int bytes) {
        byte[] onnx = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            onnx[i] = (byte) (i * 31 + (i >> 12));
        }
        Map<String, byte[]> files = new LinkedHashMap<>(model.files());
        files.put(ModelVersion.ONNX, onnx);
        return new ModelVersion(
                model.runId(), model.modelName(), model.version(), model.modelFiles(), files, model.annotations());
    }

    /** The same without pictures, small enough to be cut off at many places. */
    public static ModelVersion small(String runId) {
        ModelVersion model = model(runId, null);
        Map<String, byte[]> files = new LinkedHashMap<>(model.files());
        files.keySet().removeIf(name -> name.startsWith("learning-curve"));
        files.put(ModelVersion.ONNX, "onnx ".repeat(200).getBytes(StandardCharsets.US_ASCII));
        return new ModelVersion(
                model.runId(), model.modelName(), model.version(), model.modelFiles(), files, model.annotations());
    }

    /** @return evenly spaced places in {@code total} bytes, the first and the last included */
    public static List<Long> places(long total, int count) {
        List<Long> places = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            places.add(total * i / (count - 1));
        }
        return places;
    }
}
