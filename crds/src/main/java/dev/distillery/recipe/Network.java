package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import java.math.BigDecimal;

/** A network and for how long it is trained. */
public record Network(
        @Required Model model,
        @Required @Min(1) @Max(10000) @JsonPropertyDescription("Passes over the training images, warm-up included.")
                int epochs) {

    /**
     * @param depth counted as in the papers, in weighted layers; null for a family that has one depth
     * @param width multiplies all channels, which are then rounded to multiples of 8
     */
    @ValidationRule(
            value = "self.family == 'mobilenet-v2' ? !has(self.depth)"
                    + " : has(self.depth) && (self.family == 'resnet' ? self.depth in [18, 34, 50, 101, 152]"
                    + " : self.depth >= 8 && self.depth <= 110 && (self.depth - 2) % 6 == 0)",
            fieldPath = ".depth",
            message =
                    "expected 6n+2 from 8 to 110 for family resnet-cifar, 18, 34, 50, 101 or 152 for resnet, nothing for"
                            + " mobilenet-v2")
    public record Model(
            @Required
                    @JsonPropertyDescription(
                            "resnet-cifar: 3x3 stem, three stages. resnet: ImageNet stem, four stages. mobilenet-v2: inverted residuals (Sandler et al. 2018).")
                    ModelFamily family,
            @Min(8)
                    @Max(152)
                    @JsonPropertyDescription(
                            "resnet-cifar: 6n+2 (8, 14, 20, …, 110). resnet: 18, 34, 50, 101 or 152. mobilenet-v2: none.")
                    Integer depth,
            @Default("1")
                    @Min(0.1)
                    @Max(10)
                    @JsonPropertyDescription(
                            "Multiplies all channels. resnet-cifar with 4: the 8x4 and 32x4 of the distillation literature. mobilenet-v2: the paper's width multiplier.")
                    double width) {

        /** The width of the papers. */
        public Model(ModelFamily family, Integer depth) {
            this(family, depth, 1);
        }

        /** @return depth and width, e.g. {@code 8x4}, {@code 50} or {@code x0.5}; empty where the family has one size */
        public String size() {
            String factor = width == 1
                    ? ""
                    : "x" + BigDecimal.valueOf(width).stripTrailingZeros().toPlainString();
            return (depth == null ? "" : depth) + factor;
        }

        /** @return family and size, e.g. {@code resnet-cifar-8x4} or {@code mobilenet-v2} */
        public String label() {
            return size().isEmpty() ? family.toString() : family + "-" + size();
        }
    }
}
