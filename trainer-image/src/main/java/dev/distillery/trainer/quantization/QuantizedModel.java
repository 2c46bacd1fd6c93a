package dev.distillery.trainer.quantization;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnxruntime.OrtException;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.data.ImageSet;
import dev.distillery.trainer.network.Normalization;
import java.util.Map;

/** An exported model in INT8. */
public final class QuantizedModel {
    private QuantizedModel() {}

    /**
     * @param model as {@link dev.distillery.trainer.export.OnnxExporter} writes it
     * @param training images to calibrate with, at most {@value Calibration#IMAGES} of them, unaugmented
     * @param threads of the calibration
     * @return the file: same inputs, outputs and metadata, and {@code distillery.quantization}
     * @throws TrainerException GATE_FAILED if the network cannot be calibrated
     */
    public static byte[] of(byte[] model, Normalization normalization, ImageSet training, int threads) {
        try {
            ModelProto exported = ModelProto.parseFrom(model);
            QuantizationPoints points = QuantizationPoints.of(exported.getGraph());
            Map<String, ActivationScale> scales =
                    Calibration.scales(exported, points.observed(), normalization, training, threads);
            GraphProto graph = new QdqGraph(exported.getGraph(), points, scales).build();
            return exported.toBuilder()
                    .setGraph(graph)
                    .addMetadataProps(StringStringEntryProto.newBuilder()
                            .setKey("distillery.quantization")
                            .setValue("QDQ; int8 weights by channel, uint8 activations by tensor, percentile "
                                    + 100 * Calibration.KEPT + " of "
                                    + Math.min(Calibration.IMAGES, training.count()) + " training images"))
                    .build()
                    .toByteArray();
        } catch (OrtException | ArithmeticException e) {
            throw new TrainerException(
                    ExitCode.GATE_FAILED,
                    "spec.gate.maxQuantizationDrop: the network cannot be calibrated (" + e.getMessage()
                            + "); leave the field out to publish without INT8",
                    e);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the exporter writes ONNX", e);
        }
    }
}
