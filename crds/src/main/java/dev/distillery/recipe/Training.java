package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;

/** What holds for teacher and student alike. */
public record Training(
        @Default("128") @Min(1) @Max(65536) @JsonPropertyDescription("Images per optimizer step.") int batchSize,
        @Default("{}") @JsonPropertyDescription("Stochastic gradient descent with momentum, in PyTorch's form.")
                Optimizer optimizer,
        @Default("1")
                @Min(-MAX_SEED)
                @Max(MAX_SEED)
                @JsonPropertyDescription(
                        "Fixes initial weights, order and augmentation: same recipe, data, threads and kind of CPU, same ONNX digest.")
                long seed,
        @JsonPropertyDescription(
                        "Validate and publish an average of the weights over the steps. Absent: the last weights.")
                Ema ema,
        @Default("{}") @JsonPropertyDescription("What follows when the loss grows without bound.")
                Divergence divergence) {

    /** The whole numbers that JSON carries exactly. */
    private static final long MAX_SEED = (1L << 53) - 1;

    public Training withSeed(long other) {
        return new Training(batchSize, optimizer, other, ema, divergence);
    }

    public Training withOptimizer(Optimizer other) {
        return new Training(batchSize, other, seed, ema, divergence);
    }

    /** Exponential moving average of the weights and the batch norms' statistics. */
    public record Ema(
            @Default("0.999")
                    @Min(0)
                    @Max(0.99999)
                    @JsonPropertyDescription("Share of the average that stays at each step, less at the start.")
                    double decay) {}

    /** Training starts again from its initial weights, each time at a lower rate; never unless the recipe asks for it. */
    public record Divergence(
            @Default("0") @Min(0) @Max(10) @JsonPropertyDescription("How often a stage starts again before it fails.")
                    int restarts,
            @Default("0.5")
                    @Min(0.01)
                    @Max(0.99)
                    @JsonPropertyDescription("What the learning rate is multiplied by at each restart.")
                    double rateFactor) {}

    /** v = momentum·v + g; w −= rate·(nesterov ? g + momentum·v : v), with g including weightDecay·w. */
    @ValidationRule(
            value = "!self.nesterov || self.momentum > 0.0",
            fieldPath = ".nesterov",
            message = "expected momentum above 0, or nesterov: false")
    public record Optimizer(
            @Default("0.9") @Min(0) @Max(0.9999) @JsonPropertyDescription("Sutskever et al. 2013.") double momentum,
            @Default("true") @JsonPropertyDescription("Nesterov's form; needs momentum above 0.") boolean nesterov,
            @Min(0)
                    @Max(1)
                    @JsonPropertyDescription(
                            "L2 penalty, of both networks. Absent: that of the student's family (resnet-cifar 5e-4, resnet 1e-4, He et al. 2016; mobilenet-v2 4e-5, Sandler et al. 2018).")
                    Double weightDecay) {}
}
