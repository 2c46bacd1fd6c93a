package dev.distillery.trainer.network;

import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network.Model;

/** The residual families of He et al. 2016, "Deep residual learning for image recognition". */
public final class ResidualNetworks {
    private static final int[] CIFAR_WIDTHS = {16, 32, 64};
    private static final int[] IMAGE_NET_WIDTHS = {64, 128, 256, 512};
    private static final int BOTTLENECK_EXPANSION = 4;

    private ResidualNetworks() {}

    /**
     * @param model family and an allowed depth
     * @param style original or tweaked
     * @throws IllegalArgumentException for a depth that the family does not have; the validator refuses it before
     */
    public static Network build(Model model, ResidualStyle style, int channels, int height, int width, int classes) {
        if (!model.family().allowsDepth(model.depth())) {
            throw new IllegalArgumentException(model.family() + " has no depth " + model.depth());
        }
        NetworkBuilder net = new NetworkBuilder();
        int features = model.family() == ModelFamily.RESNET_CIFAR
                ? cifar(net, model.depth(), style, channels)
                : imageNet(net, model.depth(), style, channels);
        net.classifier(net.ops().size() - 1, features, classes);
        String name = "ResNet-" + model.depth() + style.suffix();
        return new Network(name, channels, height, width, classes, net.ops());
    }

    private static int cifar(NetworkBuilder net, int depth, ResidualStyle style, int channels) {
        int value = net.convolutionNormRelu(Network.IMAGE, "stem.conv1", channels, CIFAR_WIDTHS[0], 3, 1);
        int blocks = (depth - 2) / 6;
        int in = CIFAR_WIDTHS[0];
        for (int stage = 0; stage < CIFAR_WIDTHS.length; stage++) {
            for (int block = 0; block < blocks; block++) {
                int stride = block == 0 && stage > 0 ? 2 : 1;
                value = basic(net, style, value, blockName(stage, block), in, CIFAR_WIDTHS[stage], stride);
                in = CIFAR_WIDTHS[stage];
            }
        }
        return in;
    }

    private static int imageNet(NetworkBuilder net, int depth, ResidualStyle style, int channels) {
        int[] blocks = depth == 18 ? new int[] {2, 2, 2, 2} : new int[] {3, 4, 6, 3};
        boolean bottleneck = depth == 50;
        int value = net.maxPool(style.imageNetStem(net, channels, IMAGE_NET_WIDTHS[0]), 3, 2, 1);
        int in = IMAGE_NET_WIDTHS[0];
        for (int stage = 0; stage < IMAGE_NET_WIDTHS.length; stage++) {
            int width = IMAGE_NET_WIDTHS[stage];
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
