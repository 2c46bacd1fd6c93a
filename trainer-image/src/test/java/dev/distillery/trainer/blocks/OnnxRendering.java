package dev.distillery.trainer.blocks;

import ai.djl.engine.Engine;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.distillery.trainer.export.OnnxExporter;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.Weights;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** A network exported and run in ONNX Runtime. */
final class OnnxRendering {
    private OnnxRendering() {}

    /**
     * @param images {@code (count, H, W, C) uint8}
     * @return {@code (count, K)} row-major
     */
    static float[] logits(Network network, Weights weights, Normalization norm, ByteBuffer images, int count)
            throws OrtException {
        byte[] model = new OnnxExporter(network, List.of(weights), norm, true).export(Map.of());
        // DJL insists on creating the environment itself; one that exists already makes its engine fail.
        Engine.getEngine("OnnxRuntime");
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        long[] shape = {count, network.height(), network.width(), network.channels()};
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            try (OrtSession session = environment.createSession(model, options);
                    OnnxTensor input =
                            OnnxTensor.createTensor(environment, images.duplicate(), shape, OnnxJavaType.UINT8);
                    OrtSession.Result result = session.run(Map.of(OnnxExporter.RAW_INPUT, input))) {
                float[] logits = new float[count * network.classes()];
                ((OnnxTensor) result.get(OnnxExporter.LOGITS).orElseThrow())
                        .getFloatBuffer()
                        .get(logits);
                return logits;
            }
        }
    }
}
