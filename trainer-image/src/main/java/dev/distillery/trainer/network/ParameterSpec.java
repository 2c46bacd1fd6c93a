package dev.distillery.trainer.network;

/**
 * A trained value.
 *
 * @param name unique in its network, the key in files
 * @param shape row-major, as PyTorch's
 */
public record ParameterSpec(String name, Kind kind, long[] shape, boolean startsAtZero) {

    public enum Kind {
        CONVOLUTION_WEIGHT,
        LINEAR_WEIGHT,
        BIAS,
        GAMMA,
        BETA
    }

    public int size() {
        long product = 1;
        for (long dimension : shape) {
            product *= dimension;
        }
        return Math.toIntExact(product);
    }
}
