package dev.distillery.trainer.torchscript;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network.Model;
import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.golden.Exactness;
import dev.distillery.trainer.golden.GoldenFile;
import dev.distillery.trainer.golden.GoldenInputs;
import dev.distillery.trainer.golden.Summary;
import dev.distillery.trainer.loss.CrossEntropy;
import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.NetworkFamilies;
import dev.distillery.trainer.network.ResidualStyle;
import dev.distillery.trainer.tricks.labelsmoothing.LabelSmoothing;
import dev.distillery.trainer.tricks.modeltweaks.ModelTweaks;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each family on the same weights and images as torchvision's, timm's or a plain one, in float64 there. */
class NetworkGoldenTest {
    private static final double LOSS_TOLERANCE = 1e-6;
    /** Up to 50 layers of FP32 sums; PyTorch's own FP32 is as far from its float64 (pytorchFloat32Error in the file). */
    private static final double LOGITS_TOLERANCE = 5e-6;
    /** Of 101 and 152 layers PyTorch's own FP32 is off by up to 1.2e-6 in the loss and 5.7e-6 in the logits. */
    private static final double DEEP_LOSS_TOLERANCE = 4e-6;

    private static final double DEEP_LOGITS_TOLERANCE = 2e-5;
    private static final double DEEP_GRADIENT_TOLERANCE = 5e-4;
    /** As many layers again, and sums over batch and pixels that nearly cancel; PyTorch's own FP32 is off by up to 1.5e-4. */
    private static final double GRADIENT_TOLERANCE = 2e-4;

    static Stream<GoldenFile.Case> cases() {
        return GoldenFile.read("networks").cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void forwardAndBackwardAreTheReferences(GoldenFile.Case golden) {
        Network network = network(golden);
        int batch = golden.integer("batch");
        Loss loss = new CrossEntropy(new LabelSmoothing(golden.number("smoothing")));
        GradientProbe got = GradientProbe.run(
                network,
                GoldenInputs.weights(network),
                GoldenInputs.normalization(network.channels()),
                loss,
                GoldenInputs.images(golden.json().get("images").asText(), network, batch),
                GoldenInputs.labels(golden.name() + ".labels", batch, network.classes()));

        String what = golden.name();
        boolean deep = golden.integer("depth") > 50;
        double lossError = Exactness.relative(got.loss(), golden.number("loss"));
        double logitsError = golden.summary("logits").error(got.logits());
        double inferenceError = golden.summary("inferenceLogits").error(got.inferenceLogits());
        Exactness.assertWithin(what + ": loss", "training", lossError, deep ? DEEP_LOSS_TOLERANCE : LOSS_TOLERANCE);
        Exactness.assertWithin(
                what + ": logits", "training", logitsError, deep ? DEEP_LOGITS_TOLERANCE : LOGITS_TOLERANCE);
        Exactness.assertWithin(what + ": inference logits", "running statistics", inferenceError, LOGITS_TOLERANCE);
        Map<String, Summary> gradients = golden.summaries("gradients");
        assertThat(got.gradients())
                .hasSize(golden.integer("parameters"))
                .containsKeys(gradients.keySet().toArray(String[]::new));
        gradients.forEach((name, expected) -> Exactness.assertWithin(
                what + ": gradients",
                name,
                expected.error(got.gradients().get(name)),
                deep ? DEEP_GRADIENT_TOLERANCE : GRADIENT_TOLERANCE));
    }

    private static Network network(GoldenFile.Case golden) {
        String variant = golden.json().get("variant").asText();
        // Zero-γ marks the ends of branches, where the golden weights have a small γ instead.
        ResidualStyle style =
                variant.isEmpty() ? new Original() : new ModelTweaks(Tricks.ModelTweaks.Variant.valueOf(variant), true);
        int depth = golden.integer("depth");
        return NetworkFamilies.build(
                new Model(family(golden), depth == 0 ? null : depth, golden.integer("width")),
                style,
                golden.integer("channels"),
                golden.integer("size"),
                golden.integer("size"),
                golden.integer("classes"));
    }

    private static ModelFamily family(GoldenFile.Case golden) {
        String name = golden.json().get("family").asText();
        return Stream.of(ModelFamily.values())
                .filter(family -> family.toString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private record Original() implements ResidualStyle {
        @Override
        public boolean zeroGamma() {
            return true;
        }
    }
}
