package dev.distillery.trainer.tricks.modeltweaks;

import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.NetworkBuilder;
import dev.distillery.trainer.network.ResidualStyle;

/** ResNet-B, -C and -D, and zero-γ. Each variant contains the one before it. */
public record ModelTweaks(Tricks.ModelTweaks.Variant variant, boolean zeroGamma) implements ResidualStyle {

    /** The tweaks that a recipe asks for; the original network where they are off. */
    public static ResidualStyle of(Tricks.ModelTweaks recipe) {
        return recipe.enabled() ? new ModelTweaks(recipe.variant(), recipe.zeroGamma()) : ResidualStyle.ORIGINAL;
    }

    @Override
    public String suffix() {
        return "-" + variant;
    }

    /** B: the 1x1 no longer skips three quarters of its input. */
    @Override
    public boolean strideOnThreeByThree() {
        return true;
    }

    /** C: three 3x3 convolutions for the 7x7. */
    @Override
    public int imageNetStem(NetworkBuilder net, int channels, int width) {
        if (variant == Tricks.ModelTweaks.Variant.B) {
            return ResidualStyle.super.imageNetStem(net, channels, width);
        }
        int half = width / 2;
        int value = net.convolutionNormRelu(Network.IMAGE, "stem.conv1", channels, half, 3, 2);
        value = net.convolutionNormRelu(value, "stem.conv2", half, half, 3, 1);
        return net.convolutionNormRelu(value, "stem.conv3", half, width, 3, 1);
    }

    /** D: an average pool takes the stride, so that the 1x1 of the shortcut sees every pixel. */
    @Override
    public int shortcut(NetworkBuilder net, int input, String block, int inChannels, int outChannels, int stride) {
        if (variant != Tricks.ModelTweaks.Variant.D || stride == 1) {
            return ResidualStyle.super.shortcut(net, input, block, inChannels, outChannels, stride);
        }
        int pooled = net.averagePool(input, stride);
        return ResidualStyle.super.shortcut(net, pooled, block, inChannels, outChannels, 1);
    }
}
