package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** What holds for teacher and student alike. */
public record Training(
        @Default("128") @Min(1) @Max(65536) @JsonPropertyDescription("Images per optimizer step.") int batchSize,
        @Default("{}") @JsonPropertyDescription("Stochastic gradient descent with momentum, in PyTorch's form.")
                Optimizer optimizer,
        @Default("1")
                @JsonPropertyDescription(
                        "Fixes initial weights, order and augmentation: same recipe, data and threads, same ONNX digest.")
                long seed) {

    public Training withSeed(long other) {
        return new Training(batchSize, optimizer, other);
    }

    /** v = momentum·v + g; w −= rate·(nesterov ? g + momentum·v : v), with g including weightDecay·w. */
    public record Optimizer(
            @Default("0.9") @Min(0) @Max(0.9999) @JsonPropertyDescription("Sutskever et al. 2013.") double momentum,
            @Default("true") @JsonPropertyDescription("Nesterov's form; needs momentum above 0.") boolean nesterov,
            @Min(0)
                    @Max(1)
                    @JsonPropertyDescription(
                            "L2 penalty. Absent: the family's (resnet-cifar 5e-4, resnet 1e-4, He et al. 2016; mobilenet-v2 4e-5, Sandler et al. 2018).")
                    Double weightDecay) {}
}
