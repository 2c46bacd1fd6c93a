package dev.distillery.trainer.gate;

import ai.onnxruntime.OrtException;
import dev.distillery.recipe.Gate;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.data.ImageSet;
import dev.distillery.trainer.metrics.Confusion;
import dev.distillery.trainer.network.Normalization;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Measures an exported model in ONNX Runtime on the validation images and holds it against the recipe's gate. */
public final class OnnxGate {
    private static final int BATCH_SIZE = 64;
    private static final int THREADS = 1;
    /** Far below one image: 0.90 less 0.89 is more than 0.01 in binary. */
    private static final double ROUNDING = 1e-9;

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
     * @param latencies one thread; of one image first
     */
    public record Measurement(double parityError, double agreement, Confusion confusion, List<Latency> latencies) {
        /** @return of one image, one thread, the median */
        public double latencyMillisP50() {
            return latencies.get(0).millisP50();
        }
    }

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
        try (OnnxModel onnx = new OnnxModel(model, normalization, THREADS)) {
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
            List<Latency> latencies = new ArrayList<>();
            for (int batch : Latency.BATCHES) {
                latencies.add(Latency.measure(onnx, THREADS, images, batch));
            }
            return new Measurement(parity, (double) same / images.count(), confusion, latencies);
        } catch (OrtException e) {
            throw new TrainerException(ExitCode.GATE_FAILED, "ONNX Runtime refuses the model: " + e.getMessage(), e);
        }
    }

    /**
     * @param quantized the same images by the INT8 model
     * @return why the INT8 model stays back; empty if it may be published
     */
    public Optional<String> quantizationRefusal(Measurement measured, Measurement quantized) {
        double drop = measured.confusion().top1() - quantized.confusion().top1();
        return drop <= gate.maxQuantizationDrop() + ROUNDING
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "spec.gate.maxQuantizationDrop: INT8 reaches %.4f, %.4f below FP32's %.4f, expected at most %.4f below; only FP32 is published",
                        quantized.confusion().top1(),
                        drop,
                        measured.confusion().top1(),
                        gate.maxQuantizationDrop()));
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
        if (gate.maxLatencyMs() != null && measured.latencyMillisP50() > gate.maxLatencyMs()) {
            refusals.add(String.format(
                    Locale.ROOT,
                    "spec.gate.maxLatencyMs: one image takes %.3f ms (median, one thread, this machine), expected at most %.3f; take a smaller network, or raise the gate",
                    measured.latencyMillisP50(),
                    gate.maxLatencyMs()));
        }
        return refusals;
    }
}
