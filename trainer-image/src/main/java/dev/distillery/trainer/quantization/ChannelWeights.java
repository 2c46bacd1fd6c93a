package dev.distillery.trainer.quantization;

/**
 * Weights and bias of a layer as integers, symmetric, by output channel.
 *
 * @param weight {@code (channels, …)}, −127 to 127
 * @param scale (channels): {@code w ≈ weight · scale}
 * @param bias (channels): {@code b ≈ bias · biasScale}
 * @param biasScale (channels): scale of the input times {@code scale}, as integer kernels add it to their sums
 */
record ChannelWeights(byte[] weight, float[] scale, int[] bias, float[] biasScale) {
    private static final int LEVELS = 127;
    /** A bias that outgrows int32 would wrap; this leaves room for the sum that it is added to. */
    private static final double GREATEST_BIAS = 1 << 30;

    /** @param inputScale of the layer's input */
    static ChannelWeights of(float[] weights, float[] biases, float inputScale) {
        int channels = biases.length;
        int perChannel = weights.length / channels;
        byte[] weight = new byte[weights.length];
        float[] scale = new float[channels];
        int[] bias = new int[channels];
        float[] biasScale = new float[channels];
        for (int c = 0; c < channels; c++) {
            int first = c * perChannel;
            scale[c] = scale(weights, first, perChannel, biases[c], inputScale);
            for (int i = first; i < first + perChannel; i++) {
                weight[i] = (byte) Math.rint(weights[i] / scale[c]);
            }
            biasScale[c] = inputScale * scale[c];
            bias[c] = (int) Math.rint(biases[c] / (double) biasScale[c]);
        }
        return new ChannelWeights(weight, scale, bias, biasScale);
    }

    private static float scale(float[] weights, int first, int count, float bias, float inputScale) {
        double greatest = 0;
        for (int i = first; i < first + count; i++) {
            greatest = Math.max(greatest, Math.abs(weights[i]));
        }
        // A channel that training silenced has weights near 0 but a bias all the same.
        double forBias = Math.abs(bias) / (inputScale * GREATEST_BIAS);
        float scale = (float) Math.max(greatest / LEVELS, forBias);
        return scale > Float.MIN_NORMAL ? scale : 1;
    }
}
