package dev.distillery.trainer.gate;

import ai.onnxruntime.OrtException;
import dev.distillery.trainer.data.ImageSet;
import dev.distillery.trainer.export.OnnxExporter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * How long one call of a model takes in ONNX Runtime on the trainer's machine, from pixels to logits.
 *
 * @param batch images in a call
 * @param threads that compute it
 * @param runs that were measured, after the warm-up
 * @param millisP50 median
 * @param millisP99 exceeded by one call in a hundred
 */
public record Latency(int batch, int threads, int runs, double millisP50, double millisP99) {
    /** One image, as an interactive service answers, and a small batch, as a busy one does. */
    static final List<Integer> BATCHES = List.of(1, 8);

    private static final int WARM_UP_RUNS = 20;
    private static final int RUNS = 200;
    /** A large network is not run that often. */
    private static final int LEAST_RUNS = 20;

    private static final double LONGEST_MILLIS = 5_000;

    static Latency measure(OnnxModel onnx, int threads, ImageSet images, int batch) throws OrtException {
        List<Double> millis = new ArrayList<>();
        double total = 0;
        for (int run = 0; run < WARM_UP_RUNS + RUNS; run++) {
            ByteBuffer pixels = pixels(images, run * batch, batch);
            long start = System.nanoTime();
            onnx.values(images, pixels, List.of(OnnxExporter.LOGITS));
            double taken = (System.nanoTime() - start) / 1e6;
            if (run >= WARM_UP_RUNS) {
                millis.add(taken);
            }
            total += taken;
            if (total > LONGEST_MILLIS && millis.size() >= LEAST_RUNS) {
                break;
            }
        }
        millis.sort(null);
        return new Latency(batch, threads, millis.size(), percentile(millis, 0.5), percentile(millis, 0.99));
    }

    /** Images one after the other, from the beginning again after the last. */
    private static ByteBuffer pixels(ImageSet images, int first, int count) {
        ByteBuffer pixels = ByteBuffer.allocateDirect(count * images.imageBytes());
        for (int i = 0; i < count; i++) {
            images.write((first + i) % images.count(), 1, pixels.slice(i * images.imageBytes(), images.imageBytes()));
        }
        return pixels;
    }

    /** The nearest rank. Written with four decimals: below them is noise. */
    private static double percentile(List<Double> sorted, double share) {
        double value = sorted.get((int) Math.ceil(share * sorted.size()) - 1);
        return Math.rint(value * 1e4) / 1e4;
    }
}
