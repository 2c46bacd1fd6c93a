package dev.distillery.trainer.quantization;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OrtException;
import dev.distillery.trainer.data.ImageSet;
import dev.distillery.trainer.gate.OnnxModel;
import dev.distillery.trainer.network.Normalization;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What the tensors of a model hold when ONNX Runtime shows it training images. */
final class Calibration {
    /** Greatest number of images; evenly spread over the training set, which may be sorted by class. */
    static final int IMAGES = 512;
    /**
     * Share of each tensor's values that its range holds. Wu et al. 2020, table 5: 99.99 % and 99.999 % lose least over
     * all networks; the greatest value seen depends on single outliers.
     */
    static final double KEPT = 0.99999;

    private static final String OBSERVED = "observed.";
    /** All tensors of an image are held at once, so few images go together. */
    private static final int BATCH_SIZE = 4;

    private final OnnxModel model;
    private final ImageSet images;
    private final List<String> outputs;

    private Calibration(OnnxModel model, ImageSet images, List<String> tensors) {
        this.model = model;
        this.images = images;
        this.outputs = tensors.stream().map(OBSERVED::concat).toList();
    }

    /** @return the scale of each tensor */
    static Map<String, ActivationScale> scales(
            ModelProto model, List<String> tensors, Normalization normalization, ImageSet images, int threads)
            throws OrtException {
        try (OnnxModel observed = new OnnxModel(withOutputs(model, tensors), normalization, threads)) {
            return new Calibration(observed, images, tensors).scales();
        }
    }

    private static byte[] withOutputs(ModelProto model, List<String> tensors) {
        ModelProto.Builder observed = model.toBuilder();
        for (String tensor : tensors) {
            // By way of a copy, since the model's own input can be no output. ONNX Runtime infers type and shape.
            observed.getGraphBuilder()
                    .addNode(NodeProto.newBuilder()
                            .setOpType("Identity")
                            .addInput(tensor)
                            .addOutput(OBSERVED + tensor))
                    .addOutput(ValueInfoProto.newBuilder().setName(OBSERVED + tensor));
        }
        return observed.build().toByteArray();
    }

    private Map<String, ActivationScale> scales() throws OrtException {
        Map<String, float[]> bounds = new LinkedHashMap<>();
        forEachBatch(values -> values.forEach((tensor, batch) -> {
            float[] bound =
                    bounds.computeIfAbsent(tensor, t -> new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY});
            for (float value : batch) {
                bound[0] = Math.min(bound[0], value);
                bound[1] = Math.max(bound[1], value);
            }
        }));
        Map<String, Histogram> histograms = new LinkedHashMap<>();
        bounds.forEach((tensor, bound) -> {
            if (!Float.isFinite(bound[0]) || !Float.isFinite(bound[1])) {
                throw new ArithmeticException(tensor + " holds values that are not finite on training images");
            }
            histograms.put(tensor, new Histogram(bound[0], bound[1]));
        });
        forEachBatch(values ->
                values.forEach((tensor, batch) -> histograms.get(tensor).add(batch)));
        Map<String, ActivationScale> scales = new LinkedHashMap<>();
        histograms.forEach(
                (output, histogram) -> scales.put(output.substring(OBSERVED.length()), histogram.scale(KEPT)));
        return scales;
    }

    private void forEachBatch(Consumer<Map<String, float[]>> observer) throws OrtException {
        int chosen = Math.min(IMAGES, images.count());
        for (int first = 0; first < chosen; first += BATCH_SIZE) {
            int count = Math.min(BATCH_SIZE, chosen - first);
            ByteBuffer pixels = ByteBuffer.allocateDirect(count * images.imageBytes());
            for (int i = 0; i < count; i++) {
                int index = (int) ((long) (first + i) * images.count() / chosen);
                images.write(index, 1, pixels.slice(i * images.imageBytes(), images.imageBytes()));
            }
            observer.accept(model.values(images, pixels, outputs));
        }
    }
}
