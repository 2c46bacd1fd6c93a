package dev.distillery.trainer.network;

import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network.Model;

/**
 * The residual families of He et al. 2016, "Deep residual learning for image recognition".
 *
 * <p>With a width, all channels are multiplied. The stem of {@code resnet-cifar} is half as wide as the first stage then,
 * but at least 16: so width 4 gives the channels 32, 64, 128, 256 of the distillation literature's "8x4" and "32x4"
 * (Tian et al. 2020, "Contrastive representation distillation", published code).
 */
public final class ResidualNetworks {
    private static final int[] CIFAR_CHANNELS = {16, 32, 64};
    private static final int[] IMAGE_NET_CHANNELS = {64, 128, 256, 512};
    private static final int BOTTLENECK_EXPANSION = 4;

    private ResidualNetworks() {}

    /**
     * @param model a residual family, an allowed depth, width
     * @param style original or tweaked
     * @throws IllegalArgumentException for a depth that the family does not have; the validator refuses it before
     */
    public static Network build(Model model, ResidualStyle style, int channels, int height, int width, int classes) {
        if (!model.family().allowsDepth(model.depth())) {
            throw new IllegalArgumentException(model.family() + " has no depth " + model.depth());
        }
        NetworkBuilder net = new NetworkBuilder();
        Width multiplier = new Width(model.width());
        int features = model.family() == ModelFamily.RESNET_CIFAR
                ? cifar(net, model.depth(), multiplier, style, channels)
                : imageNet(net, model.depth(), multiplier, style, channels);
        net.classifier(net.ops().size() - 1, features, classes);
        String name = "ResNet-" + model.size() + style.suffix();
        return new Network(name, channels, height, width, classes, net.ops());
    }

    private static int cifar(NetworkBuilder net, int depth, Width multiplier, ResidualStyle style, int channels) {
        int first = multiplier.channels(CIFAR_CHANNELS[0]);
        int in = Math.min(first, Math.max(CIFAR_CHANNELS[0], first / 2));
        int value = net.convolutionNormRelu(Network.IMAGE, "stem.conv1", channels, in, 3, 1);
        int blocks = (depth - 2) / 6;
        for (int stage = 0; stage < CIFAR_CHANNELS.length; stage++) {
            int width = multiplier.channels(CIFAR_CHANNELS[stage]);
            for (int block = 0; block < blocks; block++) {
                int stride = block == 0 && stage > 0 ? 2 : 1;
                value = basic(net, style, value, blockName(stage, block), in, width, stride);
                in = width;
            }
        }
        return in;
    }

    private static int imageNet(NetworkBuilder net, int depth, Width multiplier, ResidualStyle style, int channels) {
        int[] blocks = imageNetBlocks(depth);
        boolean bottleneck = depth >= 50;
        int in = multiplier.channels(IMAGE_NET_CHANNELS[0]);
        int value = net.maxPool(style.imageNetStem(net, channels, in), 3, 2, 1);
        for (int stage = 0; stage < IMAGE_NET_CHANNELS.length; stage++) {
            int width = multiplier.channels(IMAGE_NET_CHANNELS[stage]);
            for (int block = 0; block < blocks[stage]; block++) {
                int stride = block == 0 && stage > 0 ? 2 : 1;
                String name = blockName(stage, block);
                value = bottleneck
                        ? bottleneck(net, style, value, name, in, width, stride)
                        : basic(net, style, value, name, in, width, stride);
                in = bottleneck ? width * BOTTLENECK_EXPANSION : width;
            }
        }
        return in;
    }

    /** Blocks of each stage, He et al. 2016, table 1. */
    private static int[] imageNetBlocks(int depth) {
        return switch (depth) {
            case 18 -> new int[] {2, 2, 2, 2};
            case 34, 50 -> new int[] {3, 4, 6, 3};
            case 101 -> new int[] {3, 4, 23, 3};
            case 152 -> new int[] {3, 8, 36, 3};
            default -> throw new IllegalArgumentException("no ResNet-" + depth);
        };
    }

    private static int basic(
            NetworkBuilder net, ResidualStyle style, int input, String name, int in, int out, int stride) {
        int value = net.convolutionNormRelu(input, name + ".conv1", in, out, 3, stride);
        value = net.convolutionNorm(value, name + ".conv2", out, out, 3, 1, style.zeroGamma());
        return join(net, style, input, value, name, in, out, stride);
    }

    private static int bottleneck(
            NetworkBuilder net, ResidualStyle style, int input, String name, int in, int width, int stride) {
        int first = style.strideOnThreeByThree() ? 1 : stride;
        int out = width * BOTTLENECK_EXPANSION;
        int value = net.convolutionNormRelu(input, name + ".conv1", in, width, 1, first);
        value = net.convolutionNormRelu(value, name + ".conv2", width, width, 3, stride / first);
        value = net.convolutionNorm(value, name + ".conv3", width, out, 1, 1, style.zeroGamma());
        return join(net, style, input, value, name, in, out, stride);
    }

    private static int join(
            NetworkBuilder net, ResidualStyle style, int input, int branch, String name, int in, int out, int stride) {
        int shortcut = stride == 1 && in == out ? input : style.shortcut(net, input, name, in, out, stride);
        return net.relu(net.sum(branch, shortcut));
    }

    private static String blockName(int stage, int block) {
        return "stage" + (stage + 1) + "." + block;
    }
}
