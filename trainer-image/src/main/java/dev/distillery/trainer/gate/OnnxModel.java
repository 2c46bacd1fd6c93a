package dev.distillery.trainer.gate;

import ai.djl.engine.Engine;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.distillery.trainer.data.ImageSet;
import dev.distillery.trainer.export.OnnxExporter;
import dev.distillery.trainer.network.Normalization;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An exported model in ONNX Runtime, as a service would run it. */
public final class OnnxModel implements AutoCloseable {
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final Normalization normalization;
    private final boolean rawInput;

    /** @param threads of one inference; 1 for a comparable latency */
    public OnnxModel(byte[] model, Normalization normalization, int threads) throws OrtException {
        // DJL insists on creating the environment itself; one that exists already makes its engine fail.
        Engine.getEngine("OnnxRuntime");
        this.environment = OrtEnvironment.getEnvironment();
        this.normalization = normalization;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            this.session = environment.createSession(model, options);
        }
        this.rawInput = session.getInputNames().contains(OnnxExporter.RAW_INPUT);
    }

    /**
     * @param first index of the first image
     * @return {@code (count, K)} row-major
     */
    float[] logits(ImageSet images, int first, int count) throws OrtException {
        ByteBuffer pixels = ByteBuffer.allocateDirect(count * images.imageBytes());
        images.write(first, count, pixels);
        return values(images, pixels, List.of(OnnxExporter.LOGITS)).get(OnnxExporter.LOGITS);
    }

    /**
     * @param images whose size the pixels have
     * @param pixels direct, uint8, (count, height, width, channels)
     * @param outputs names of float32 outputs
     * @return each output's values, row-major
     */
    public Map<String, float[]> values(ImageSet images, ByteBuffer pixels, Collection<String> outputs)
            throws OrtException {
        String name = rawInput ? OnnxExporter.RAW_INPUT : OnnxExporter.NORMALISED_INPUT;
        try (OnnxTensor input = rawInput ? raw(images, pixels) : normalised(images, pixels);
                OrtSession.Result result = session.run(Map.of(name, input), Set.copyOf(outputs))) {
            Map<String, float[]> values = new LinkedHashMap<>();
            for (String output : outputs) {
                FloatBuffer buffer = ((OnnxTensor) result.get(output).orElseThrow()).getFloatBuffer();
                float[] copy = new float[buffer.remaining()];
                buffer.get(copy);
                values.put(output, copy);
            }
            return values;
        }
    }

    private OnnxTensor raw(ImageSet images, ByteBuffer pixels) throws OrtException {
        long[] shape = {count(images, pixels), images.height(), images.width(), images.channels()};
        return OnnxTensor.createTensor(environment, pixels, shape, OnnxJavaType.UINT8);
    }

    private static int count(ImageSet images, ByteBuffer pixels) {
        return pixels.capacity() / images.imageBytes();
    }

    private OnnxTensor normalised(ImageSet images, ByteBuffer pixels) throws OrtException {
        int count = count(images, pixels);
        int plane = images.height() * images.width();
        int channels = images.channels();
        float[] scale = normalization.scale();
        float[] shift = normalization.shift();
        float[] values = new float[count * images.imageBytes()];
        for (int i = 0; i < count; i++) {
            for (int p = 0; p < plane; p++) {
                for (int c = 0; c < channels; c++) {
                    int pixel = pixels.get((i * plane + p) * channels + c) & 0xff;
                    values[(i * channels + c) * plane + p] = pixel * scale[c] + shift[c];
                }
            }
        }
        long[] shape = {count, channels, images.height(), images.width()};
        return OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
