package dev.distillery.trainer.network;

import java.util.List;

/**
 * One operation of a {@link Network}. Its value is named by its index in {@link Network#ops()}; {@code input} is the index
 * of an earlier operation or {@link Network#IMAGE}. Values are {@code (N, C, H, W)} until the global pool and {@code (N,
 * F)} from there on.
 */
public sealed interface Op {

    /** @return the values that it reads */
    List<Integer> inputs();

    /** Reads one value. */
    sealed interface Unary extends Op {
        int input();

        @Override
        default List<Integer> inputs() {
            return List.of(input());
        }
    }

    /** Parameters are named after the operation, e.g. {@code stage1.0.conv1} has {@code stage1.0.conv1.weight}. */
    sealed interface Named extends Unary {
        String name();
    }

    /**
     * Square kernel, no bias, {@code padding} zeros on each side. Weight {@code (outChannels, inChannels / groups, k, k)}.
     *
     * @param groups divides the channels into parts that do not see each other; as many as channels: depthwise
     */
    record Convolution(
            int input, String name, int inChannels, int outChannels, int kernel, int stride, int padding, int groups)
            implements Named {

        public long[] weightShape() {
            return new long[] {outChannels, inChannels / groups, kernel, kernel};
        }
    }

    /** γ, β, running mean and variance, each {@code (channels)}; {@code zeroGamma} starts γ at 0 instead of 1. */
    record BatchNorm(int input, String name, int channels, boolean zeroGamma) implements Named {
        /** PyTorch's defaults: weight of the new batch in the running statistics, and what keeps the root from zero. */
        public static final double MOMENTUM = 0.1;

        public static final double EPSILON = 1e-5;
    }

    /** Computed in the place of its input, which nobody else may read. */
    record Relu(int input) implements Unary {}

    /** {@code min(max(x, 0), 6)}. Computed in the place of its input, which nobody else may read. */
    record Relu6(int input) implements Unary {}

    /** Computed in the place of {@code left}, which nobody else may read: the residual branch. */
    record Add(int left, int right) implements Op {
        @Override
        public List<Integer> inputs() {
            return List.of(left, right);
        }
    }

    record MaxPool(int input, int kernel, int stride, int padding) implements Unary {}

    /** Rounds the size up; a window that reaches over the edge averages what lies inside (as timm's ResNet-D). */
    record AveragePool(int input, int size) implements Unary {}

    /** {@code (N, C, H, W)} to {@code (N, C)}. */
    record GlobalAveragePool(int input) implements Unary {}

    /** Weight {@code (outFeatures, inFeatures)}, bias {@code (outFeatures)}. */
    record Linear(int input, String name, int inFeatures, int outFeatures) implements Named {}
}
