package dev.distillery.trainer.network;

/**
 * Where variants of a residual network differ. This one is the original ("A"): He et al. 2016, "Deep residual learning",
 * with projection shortcuts where the shape changes.
 */
public interface ResidualStyle {
    /** The original network. */
    ResidualStyle ORIGINAL = new ResidualStyle() {};

    /** @return what follows the depth in the network's name, e.g. {@code -D}, or nothing */
    default String suffix() {
        return "";
    }

    /** The ImageNet stem up to its ReLU: {@code (N, C, H, W)} to {@code (N, width, H/2, W/2)}. */
    default int imageNetStem(NetworkBuilder net, int channels, int width) {
        return net.convolutionNormRelu(Network.IMAGE, "stem.conv1", channels, width, 7, 2);
    }

    /** The projection on the shortcut of a block that changes shape; no activation. */
    default int shortcut(NetworkBuilder net, int input, String block, int inChannels, int outChannels, int stride) {
        return net.convolutionNorm(input, block + ".shortcut.conv", inChannels, outChannels, 1, stride, false);
    }

    /** @return whether a bottleneck's stride sits on its 3x3 convolution instead of its first 1x1 */
    default boolean strideOnThreeByThree() {
        return false;
    }

    /** @return whether γ of the last batch norm of each residual branch starts at 0 */
    default boolean zeroGamma() {
        return false;
    }
}
