package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A family of networks and the defaults that belong to it rather than to the recipe.
 *
 * <p>Reference rate: 0.1 at batch 256 is He et al. 2019 and Goyal et al. 2017 for ImageNet. The small ResNets train much
 * better at 0.8, which was measured and not cited: see {@code docs/benchmarks/reference-rate}. Weight decay: 1e-4 is He
 * et al. 2016 on ImageNet, 5e-4 the custom on CIFAR (Zagoruyko &amp; Komodakis 2016). MobileNetV2's 0.045 at batch 256 and
 * 4e-5 are cited and not measured: torchvision's reference training by SGD, with the weight decay of Sandler et al. 2018.
 */
public enum ModelFamily {
    @JsonProperty("resnet-cifar")
    RESNET_CIFAR("resnet-cifar", 0.8, 5e-4, 3),
    @JsonProperty("resnet")
    RESNET("resnet", 0.1, 1e-4, 17),
    @JsonProperty("mobilenet-v2")
    MOBILENET_V2("mobilenet-v2", 0.045, 4e-5, 17);

    private final String label;
    private final double referenceRate;
    private final double weightDecay;
    private final int leastImageSide;

    ModelFamily(String label, double referenceRate, double weightDecay, int leastImageSide) {
        this.label = label;
        this.referenceRate = referenceRate;
        this.weightDecay = weightDecay;
        this.leastImageSide = leastImageSide;
    }

    public double referenceRate() {
        return referenceRate;
    }

    public double weightDecay() {
        return weightDecay;
    }

    /**
     * @return the least height and width, in pixels, at which each halving still has two pixels to halve; below it the
     *     last stages see one pixel and their 3x3 kernels train one weight in nine
     */
    public int leastImageSide() {
        return leastImageSide;
    }

    @Override
    public String toString() {
        return label;
    }

    /** @return whether a network of this depth exists in the family; null stands for no depth in the recipe */
    public boolean allowsDepth(Integer depth) {
        if (depth == null) {
            return this == MOBILENET_V2;
        }
        return switch (this) {
            case RESNET_CIFAR -> depth >= 8 && depth <= 110 && (depth - 2) % 6 == 0;
            case RESNET -> depth == 18 || depth == 34 || depth == 50 || depth == 101 || depth == 152;
            case MOBILENET_V2 -> false;
        };
    }

    /** @return the allowed depths, as a person would say them */
    public String depths() {
        return switch (this) {
            case RESNET_CIFAR -> "6n+2 (8, 14, 20, 26, 32, … 110)";
            case RESNET -> "18, 34, 50, 101 or 152";
            case MOBILENET_V2 -> "nothing (model.width sets the size)";
        };
    }

    /** @return whether the variants B, C and D of {@link Tricks.ModelTweaks} exist in the family; zero-γ does in all */
    public boolean hasTweakVariants() {
        return this != MOBILENET_V2;
    }
}
