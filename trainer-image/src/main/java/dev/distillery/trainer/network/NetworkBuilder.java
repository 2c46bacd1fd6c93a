package dev.distillery.trainer.network;

import java.util.ArrayList;
import java.util.List;

/** Appends operations; each call returns the index of the value it made. */
public final class NetworkBuilder {
    private final List<Op> ops = new ArrayList<>();

    /** Convolution with "same" padding {@code kernel / 2}, then batch norm. */
    public int convolutionNorm(
            int input, String name, int inChannels, int outChannels, int kernel, int stride, boolean zeroGamma) {
        int convolution = add(new Op.Convolution(input, name, inChannels, outChannels, kernel, stride, kernel / 2, 1));
        return add(new Op.BatchNorm(convolution, normName(name), outChannels, zeroGamma));
    }

    /** {@link #convolutionNorm} of each channel by itself. */
    public int depthwiseNorm(int input, String name, int channels, int kernel, int stride) {
        int convolution =
                add(new Op.Convolution(input, name, channels, channels, kernel, stride, kernel / 2, channels));
        return add(new Op.BatchNorm(convolution, normName(name), channels, false));
    }

    /** {@link #convolutionNorm} with γ at 1, then ReLU. */
    public int convolutionNormRelu(int input, String name, int inChannels, int outChannels, int kernel, int stride) {
        return relu(convolutionNorm(input, name, inChannels, outChannels, kernel, stride, false));
    }

    public int relu(int input) {
        return add(new Op.Relu(input));
    }

    public int relu6(int input) {
        return add(new Op.Relu6(input));
    }

    public int sum(int left, int right) {
        return add(new Op.Add(left, right));
    }

    public int maxPool(int input, int kernel, int stride, int padding) {
        return add(new Op.MaxPool(input, kernel, stride, padding));
    }

    public int averagePool(int input, int size) {
        return add(new Op.AveragePool(input, size));
    }

    /** Global average pool and the fully-connected layer. */
    public int classifier(int input, int features, int classes) {
        return add(new Op.Linear(add(new Op.GlobalAveragePool(input)), "fc", features, classes));
    }

    public List<Op> ops() {
        return ops;
    }

    private int add(Op op) {
        ops.add(op);
        return ops.size() - 1;
    }

    private static String normName(String convolution) {
        return convolution.contains("conv") ? convolution.replace("conv", "bn") : convolution + ".bn";
    }
}
