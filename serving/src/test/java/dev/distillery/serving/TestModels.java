package dev.distillery.serving;

import dev.distillery.inference.TinyOnnx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** Linear classifiers with weights of a seed, in the layout of a published model. */
public final class TestModels {
    public static final int SIDE = 8;
    public static final int CLASSES = 3;

    private static final Map<String, String> METADATA =
            Map.of("distillery.labels", "shirt\nankle boot\nbag", "distillery.mean", "0.4", "distillery.std", "0.3");

    private TestModels() {}

    /** @return a model's folder with version 7; input uint8 (N, 8, 8, 1) */
    public static Path pixels(Path folder) throws IOException {
        return write(folder.resolve("tiny"), onnx(true, METADATA));
    }

    /** @return likewise; input float32 (N, 1, 8, 8) */
    public static Path normalised(Path folder) throws IOException {
        return write(folder.resolve("tiny"), onnx(false, METADATA));
    }

    static byte[] onnx(boolean pixels, Map<String, String> metadata) {
        float[] weights = new float[SIDE * SIDE * CLASSES];
        Random random = new Random(1);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian() * (pixels ? 0.01f : 1);
        }
        long[] shape = pixels ? new long[] {SIDE, SIDE, 1} : new long[] {1, SIDE, SIDE};
        return TinyOnnx.model(pixels, shape, weights, metadata);
    }

    static Path write(Path model, byte[] onnx) throws IOException {
        Path version = Files.createDirectories(model.resolve("7"));
        Files.write(version.resolve("model.onnx"), onnx);
        return model;
    }

    /** @return so many images of noise, uint8, (count, 8, 8, 1) */
    public static byte[] images(int count) {
        byte[] pixels = new byte[count * SIDE * SIDE];
        new Random(count).nextBytes(pixels);
        return pixels;
    }
}
