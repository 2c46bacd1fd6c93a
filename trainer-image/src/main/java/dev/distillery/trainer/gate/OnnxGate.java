package dev.distillery.trainer.gate;

import ai.onnxruntime.OrtException;
import dev.distillery.recipe.Gate;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.data.ImageSet;
import dev.distillery.trainer.metrics.Confusion;
import dev.distillery.trainer.network.Normalization;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Measures an exported model in ONNX Runtime on the validation images and holds it against the recipe's gate. */
public final class OnnxGate {
    private static final int BATCH_SIZE = 64;
    private static final int LATENCY_WARM_UP_RUNS = 20;
    private static final int LATENCY_RUNS = 200;

    private final Gate gate;

    public OnnxGate(Gate gate) {
        this.gate = gate;
    }

    /**
     * What was measured.
     *
     * @param parityError greatest |Δlogit| against the trainer
     * @param agreement share of images with the same top-1 on both sides
     * @param confusion of ONNX Runtime's answers
     * @param latencyMillisP50 one image, one thread
     */
    public record Measurement(double parityError, double agreement, Confusion confusion, double latencyMillisP50) {}

    /**
     * @param trainerLogits {@code (images, K)} row-major, of the trainer's FP32 network
     * @throws TrainerException GATE_FAILED if ONNX Runtime cannot load or run the model
     */
    public static Measurement measure(
            byte[] model, Normalization normalization, ImageSet images, float[] trainerLogits) {
        int classes = trainerLogits.length / images.count();
        Confusion confusion = new Confusion(classes);
        double parity = 0;
        int same = 0;
        try (OnnxModel onnx = new OnnxModel(model, normalization, 1)) {
            for (int first = 0; first < images.count(); first += BATCH_SIZE) {
                int count = Math.min(BATCH_SIZE, images.count() - first);
                float[] logits = onnx.logits(images, first, count);
                for (int i = 0; i < count; i++) {
                    int trainer = (first + i) * classes;
                    for (int c = 0; c < classes; c++) {
                        // Written so that NaN is the greatest error of all.
                        double error = Math.abs((double) logits[i * classes + c] - trainerLogits[trainer + c]);
                        parity = error <= parity ? parity : error;
                    }
                    confusion.add(logits, i, images.label(first + i));
                    if (Confusion.top1(logits, i * classes, classes)
                            == Confusion.top1(trainerLogits, trainer, classes)) {
                        same++;
                    }
                }
            }
            return new Measurement(parity, (double) same / images.count(), confusion, latency(onnx, images));
        } catch (OrtException e) {
            throw new TrainerException(
                    ExitCode.GATE_FAILED, "ONNX Runtime refuses the exported model: " + e.getMessage(), e);
        }
    }

    private static double latency(OnnxModel onnx, ImageSet images) throws OrtException {
        double[] millis = new double[LATENCY_RUNS];
        for (int run = -LATENCY_WARM_UP_RUNS; run < LATENCY_RUNS; run++) {
            ByteBuffer pixels = OnnxModel.pixels(images, Math.floorMod(run, images.count()), 1);
            long start = System.nanoTime();
            onnx.logits(images, pixels);
            if (run >= 0) {
                millis[run] = (System.nanoTime() - start) / 1e6;
            }
        }
        Arrays.sort(millis);
        return millis[LATENCY_RUNS / 2];
    }

    /** @return what the gate refuses, with path, got and expected; empty if the model may be published */
    public List<String> refusals(Measurement measured) {
        List<String> refusals = new ArrayList<>();
        if (!(measured.parityError() <= gate.maxParityError())) {
            refusals.add(String.format(
                    Locale.ROOT,
                    "spec.gate.maxParityError: ONNX Runtime's logits differ by %.3g from the trainer's, expected at most %.3g",
                    measured.parityError(),
                    gate.maxParityError()));
        }
        if (measured.agreement() < gate.minAgreement()) {
            refusals.add(String.format(
                    Locale.ROOT,
                    "spec.gate.minAgreement: ONNX Runtime and the trainer agree on %.4f of the images, expected at least %.4f",
                    measured.agreement(),
                    gate.minAgreement()));
        }
        if (!(measured.confusion().top1() >= gate.minTop1())) {
            refusals.add(String.format(
                    Locale.ROOT,
                    "spec.gate.minTop1: the student reaches %.4f, expected at least %.4f; train longer, take a larger network, or lower the gate",
                    measured.confusion().top1(),
                    gate.minTop1()));
        }
        return refusals;
    }
}
