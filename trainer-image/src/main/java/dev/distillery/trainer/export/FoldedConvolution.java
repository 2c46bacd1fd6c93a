package dev.distillery.trainer.export;

import dev.distillery.trainer.network.Op;
import dev.distillery.trainer.network.Weights;

/**
 * A convolution with the batch norm after it folded in: {@code w' = w·γ/√(var + ε)}, {@code b' = β − mean·γ/√(var + ε)},
 * computed in double.
 *
 * @param weight {@code (outChannels, inChannels / groups, k, k)}
 * @param bias {@code (outChannels)}
 */
record FoldedConvolution(float[] weight, float[] bias) {
    static FoldedConvolution of(Op.Convolution convolution, Op.BatchNorm norm, Weights weights) {
        float[] raw = weights.get(convolution.name() + ".weight");
        float[] gamma = weights.get(norm.name() + ".weight");
        float[] beta = weights.get(norm.name() + ".bias");
        float[] mean = weights.get(Weights.runningMean(norm));
        float[] variance = weights.get(Weights.runningVariance(norm));
        int perChannel = raw.length / convolution.outChannels();
        float[] weight = new float[raw.length];
        float[] bias = new float[convolution.outChannels()];
        for (int channel = 0; channel < bias.length; channel++) {
            double factor = gamma[channel] / Math.sqrt(variance[channel] + Op.BatchNorm.EPSILON);
            bias[channel] = (float) (beta[channel] - mean[channel] * factor);
            for (int i = channel * perChannel; i < (channel + 1) * perChannel; i++) {
                weight[i] = (float) (raw[i] * factor);
            }
        }
        return new FoldedConvolution(weight, bias);
    }
}
