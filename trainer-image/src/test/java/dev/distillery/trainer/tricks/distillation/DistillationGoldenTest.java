package dev.distillery.trainer.tricks.distillation;

import dev.distillery.trainer.golden.Exactness;
import dev.distillery.trainer.golden.GoldenFile;
import dev.distillery.trainer.golden.GoldenInputs;
import dev.distillery.trainer.loss.CrossEntropy;
import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.loss.TargetDistribution;
import dev.distillery.trainer.torchscript.LossProbe;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against {@code torch.nn.functional.kl_div} and automatic differentiation: both forms; the plain one with the true labels' share, too. */
class DistillationGoldenTest {
    private static final Loss HARD = new CrossEntropy(TargetDistribution.ONE_HOT);
    private static final double TOLERANCE = 1e-6;
    /** Softening by 20 leaves probabilities that differ by a hundredth: FP32 has two digits fewer for the difference. */
    private static final double HIGH_TEMPERATURE_TOLERANCE = 2e-5;

    static Stream<GoldenFile.Case> plain() {
        return GoldenFile.read("distillation").cases();
    }

    static Stream<GoldenFile.Case> decoupled() {
        return GoldenFile.read("decoupled-distillation").cases();
    }

    @ParameterizedTest
    @MethodSource("plain")
    void plainLossAndGradientArePyTorchs(GoldenFile.Case golden) {
        compare(
                "distillation",
                golden,
                new Distillation(HARD, golden.number("temperature"), golden.number("hardLabelWeight")));
    }

    @ParameterizedTest
    @MethodSource("decoupled")
    void decoupledLossAndGradientArePyTorchs(GoldenFile.Case golden) {
        Loss loss = new DecoupledDistillation(
                HARD, golden.number("temperature"), 0, golden.number("targetWeight"), golden.number("nonTargetWeight"));
        compare("decoupled distillation", golden, loss);
    }

    private static void compare(String what, GoldenFile.Case golden, Loss loss) {
        int rows = golden.integer("rows");
        int classes = golden.integer("classes");
        double spread = golden.number("spread");
        LossProbe got = LossProbe.run(
                loss,
                GoldenInputs.uniform(golden.name() + ".student", rows * classes, -spread, spread),
                GoldenInputs.labels(golden.name() + ".labels", rows, classes),
                GoldenInputs.uniform(golden.name() + ".teacher", rows * classes, -spread, spread),
                classes);
        double lossError = Exactness.relative(got.loss(), golden.number("loss"));
        double gradientError = golden.summary("gradient").error(got.gradient());
        boolean high = golden.number("temperature") > 4;
        double tolerance = high ? HIGH_TEMPERATURE_TOLERANCE : TOLERANCE;
        String line = what + (high ? " at T = 20" : "");
        Exactness.assertWithin(line + ": loss", golden.name(), lossError, tolerance);
        Exactness.assertWithin(line + ": gradient", golden.name(), gradientError, tolerance);
    }
}
