package dev.distillery.trainer.network;

import dev.distillery.recipe.Network.Model;

/** From a recipe's model to its network, whatever the family. */
public final class NetworkFamilies {
    private NetworkFamilies() {}

    /**
     * @param model family, an allowed depth, width
     * @param style original or tweaked; a family takes from it what it has
     * @throws IllegalArgumentException for a depth that the family does not have; the validator refuses it before
     */
    public static Network build(Model model, ResidualStyle style, int channels, int height, int width, int classes) {
        return switch (model.family()) {
            case RESNET_CIFAR, RESNET -> ResidualNetworks.build(model, style, channels, height, width, classes);
            case MOBILENET_V2 -> MobileNetV2.build(model, style, channels, height, width, classes);
        };
    }
}
