package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/** A network and for how long it is trained. */
public record Network(
        @Required Model model,
        @Required @Min(1) @Max(10000) @JsonPropertyDescription("Passes over the training images, warm-up included.")
                int epochs) {

    /** @param depth counted as in the papers: weighted layers, 6n+2 for resnet-cifar; 18, 34 or 50 for resnet */
    public record Model(
            @Required
                    @JsonPropertyDescription(
                            "resnet-cifar: 3x3 stem, three stages. resnet: ImageNet stem, four stages.")
                    ModelFamily family,
            @Required
                    @Min(8)
                    @Max(152)
                    @JsonPropertyDescription("resnet-cifar: 6n+2 (8, 14, 20, …, 110). resnet: 18, 34 or 50.")
                    int depth) {}
}
