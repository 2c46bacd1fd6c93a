package dev.distillery.trainer.publish;

import dev.distillery.trainer.data.SourceLocation;
import dev.distillery.trainer.signing.SigningKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A small student as files. */
public final class PublishedFixture {
    private PublishedFixture() {}

    /**
     * Signs and publishes it.
     *
     * @param keys folder with {@code cosign.key} and its password
     * @return the model's folder, with version 1
     */
    public static Path publish(Path repository, Path keys) {
        Bundle bundle = BundleFixture.bundle("run-1", null, repository);
        try (ModelRepository destinations =
                new ModelRepository(Destinations.of(bundle.recipe(), new SourceLocation(Map.of()), Map.of(), null))) {
            destinations.publish(ModelVersion.of(bundle, SigningKey.in(keys)));
        }
        return repository.resolve(bundle.modelName());
    }

    /** @param version null for the next free number */
    public static ModelVersion model(String runId, Integer version) {
        return ModelVersion.of(
                BundleFixture.bundle(
                        runId,
                        ModelInput.Form.PIXELS,
                        BundleFixture.CLASSES,
                        BundleFixture.recipe(version, "file:///unused")),
                null);
    }

    public static ModelVersion signed(String runId, SigningKey key) {
        return ModelVersion.of(BundleFixture.bundle(runId, null, Path.of("/unused")), key);
    }

    /** The same name with other classes. */
    public static ModelVersion otherModel(String runId) {
        return ModelVersion.of(
                BundleFixture.bundle(
                        runId,
                        ModelInput.Form.PIXELS,
                        List.of("cat", "dog", "bird"),
                        BundleFixture.recipe(null, "file:///unused")),
                null);
    }

    /** The same with a network of this size. */
    public static ModelVersion withOnnx(ModelVersion model, int bytes) {
        byte[] onnx = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            onnx[i] = (byte) (i * 31 + (i >> 12));
        }
        Map<String, byte[]> files = new LinkedHashMap<>(model.files());
        files.put(ModelVersion.ONNX, onnx);
        declare(files);
        return new ModelVersion(
                model.runId(), model.modelName(), model.version(), model.modelFiles(), files, model.annotations());
    }

    /** The same without pictures, small enough to be cut off at many places. */
    public static ModelVersion small(String runId) {
        return small(runId, null);
    }

    /** @param version null for the next free number */
    public static ModelVersion small(String runId, Integer version) {
        ModelVersion model = model(runId, version);
        Map<String, byte[]> files = new LinkedHashMap<>(model.files());
        files.keySet().removeIf(name -> name.startsWith("learning-curve"));
        files.put(ModelVersion.ONNX, "onnx ".repeat(200).getBytes(StandardCharsets.US_ASCII));
        declare(files);
        return new ModelVersion(
                model.runId(), model.modelName(), model.version(), model.modelFiles(), files, model.annotations());
    }

    private static void declare(Map<String, byte[]> files) {
        files.remove(Checksums.FILE);
        files.put(Checksums.FILE, Checksums.render(files));
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
