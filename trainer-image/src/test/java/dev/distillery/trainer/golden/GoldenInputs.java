package dev.distillery.trainer.golden;

import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.Op;
import dev.distillery.trainer.network.ParameterSpec;
import dev.distillery.trainer.network.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Inputs by name, as {@code src/test/golden/inputs.py} computes them: SplitMix64 of FNV-1a(name) at a counter. */
public final class GoldenInputs {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final int RGB = 3;
    private static final float[] MEAN = {0.4f, 0.5f, 0.6f};
    private static final float[] STD = {0.2f, 0.25f, 0.3f};

    private GoldenInputs() {}

    /** @return values in low to high, exact in float32 */
    public static float[] uniform(String name, int count, double low, double high) {
        long start = start(name);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            double unit = (bits(start, i) >>> 40) * 0x1p-24;
            values[i] = (float) (low + (high - low) * unit);
        }
        return values;
    }

    /** @return labels 0 to classes − 1 */
    public static long[] labels(String name, int count, int classes) {
        long start = start(name);
        long[] labels = new long[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (bits(start, i) >>> 33) % classes;
        }
        return labels;
    }

    /** @return the same labels, direct and in native byte order */
    public static ByteBuffer labelBuffer(String name, int count, int classes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(count * Long.BYTES).order(ByteOrder.nativeOrder());
        buffer.asLongBuffer().put(labels(name, count, classes));
        return buffer;
    }

    /** @return direct, {@code (count, H, W, C) uint8} */
    public static ByteBuffer images(String name, Network network, int count) {
        long start = start(name);
        int size = count * network.height() * network.width() * network.channels();
        ByteBuffer pixels = ByteBuffer.allocateDirect(size);
        for (int i = 0; i < size; i++) {
            pixels.put((byte) (bits(start, i) >>> 56));
        }
        return pixels.flip();
    }

    /** @return the mean and the deviation of {@code networks.py} */
    public static Normalization normalization(int channels) {
        if (channels > RGB) {
            throw new IllegalArgumentException("channels: got " + channels + ", expected 1 to " + RGB);
        }
        return new Normalization(Arrays.copyOf(MEAN, channels), Arrays.copyOf(STD, channels));
    }

    /** The formula of weights and running statistics, {@code value()} in {@code networks.py}. */
    public static Weights weights(Network network) {
        Map<String, float[]> values = new LinkedHashMap<>();
        boolean clipped = network.ops().stream().anyMatch(Op.Relu6.class::isInstance);
        for (ParameterSpec spec : network.parameters()) {
            values.put(spec.name(), parameter(spec, clipped));
        }
        for (Op.BatchNorm norm : network.batchNorms()) {
            String mean = Weights.runningMean(norm);
            String variance = Weights.runningVariance(norm);
            values.put(mean, uniform(mean, norm.channels(), -0.1, 0.1));
            values.put(variance, uniform(variance, norm.channels(), 0.5, 1.5));
        }
        // The end of each branch by the network's own zero-γ mark; golden networks are built with it.
        for (Op.BatchNorm norm : network.batchNorms()) {
            if (norm.zeroGamma()) {
                String gamma = norm.name() + ".weight";
                String beta = norm.name() + ".bias";
                values.put(gamma, uniform(gamma, norm.channels(), 0.1, 0.3));
                values.put(beta, awayFromZero(uniform(beta, norm.channels(), -1, 1)));
            }
        }
        return new Weights(values);
    }

    /** @param clipped whether the activation is ReLU6 */
    private static float[] parameter(ParameterSpec spec, boolean clipped) {
        long[] shape = spec.shape();
        return switch (spec.kind()) {
            case CONVOLUTION_WEIGHT -> {
                double bound = Math.sqrt(6.0 / (shape[0] * shape[2] * shape[3]));
                yield uniform(spec.name(), spec.size(), -bound, bound);
            }
            case LINEAR_WEIGHT, BIAS -> uniform(spec.name(), spec.size(), -0.25, 0.25);
            case GAMMA -> uniform(spec.name(), spec.size(), clipped ? 1.5 : 0.5, clipped ? 2.5 : 1.0);
            case BETA ->
                clipped
                        ? uniform(spec.name(), spec.size(), 2.5, 3.5)
                        : awayFromZero(uniform(spec.name(), spec.size(), -1, 1));
        };
    }

    private static float[] awayFromZero(float[] between) {
        for (int i = 0; i < between.length; i++) {
            between[i] = (float) (between[i] * 0.75 + (between[i] < 0 ? -1.25 : 1.25));
        }
        return between;
    }

    private static long start(String name) {
        long hash = 0xCBF29CE484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001B3L;
        }
        return hash;
    }

    private static long bits(long start, long counter) {
        long z = start + (counter + 1) * GOLDEN_GAMMA;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
