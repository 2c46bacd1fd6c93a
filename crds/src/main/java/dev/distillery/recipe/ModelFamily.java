package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A family of networks and the defaults that belong to it rather than to the recipe.
 *
 * <p>Reference rate: 0.1 at batch 256 is He et al. 2019 and Goyal et al. 2017 for ImageNet. The small ResNets train much
 * better at 0.8, which was measured and not cited: see {@code docs/benchmarks/reference-rate}. Weight decay: 1e-4 is He
 * et al. 2016 on ImageNet, 5e-4 the custom on CIFAR (Zagoruyko &amp; Komodakis 2016).
 */
public enum ModelFamily {
    @JsonProperty("resnet-cifar")
    RESNET_CIFAR("resnet-cifar", 0.8, 5e-4),
    @JsonProperty("resnet")
    RESNET("resnet", 0.1, 1e-4);

    private final String label;
    private final double referenceRate;
    private final double weightDecay;

    ModelFamily(String label, double referenceRate, double weightDecay) {
        this.label = label;
        this.referenceRate = referenceRate;
        this.weightDecay = weightDecay;
    }

    public double referenceRate() {
        return referenceRate;
    }

    public double weightDecay() {
        return weightDecay;
    }

    @Override
    public String toString() {
        return label;
    }

    /** @return whether a network of this depth exists in the family */
    public boolean allowsDepth(int depth) {
        return switch (this) {
            case RESNET_CIFAR -> depth >= 8 && (depth - 2) % 6 == 0;
            case RESNET -> depth == 18 || depth == 34 || depth == 50;
        };
    }

    /** @return the allowed depths, as a person would say them */
    public String depths() {
        return switch (this) {
            case RESNET_CIFAR -> "6n+2 (8, 14, 20, 26, 32, …)";
            case RESNET -> "18, 34 or 50";
        };
    }
}
