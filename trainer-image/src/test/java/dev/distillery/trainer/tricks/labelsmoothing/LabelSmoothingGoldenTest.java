package dev.distillery.trainer.tricks.labelsmoothing;

import dev.distillery.trainer.golden.Exactness;
import dev.distillery.trainer.golden.GoldenFile;
import dev.distillery.trainer.golden.GoldenInputs;
import dev.distillery.trainer.loss.CrossEntropy;
import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.torchscript.LossProbe;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against {@code torch.nn.functional.cross_entropy(label_smoothing=ε)}. */
class LabelSmoothingGoldenTest {
    private static final double TOLERANCE = 1e-6;

    static Stream<GoldenFile.Case> cases() {
        return GoldenFile.read("label-smoothing").cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void lossAndGradientArePyTorchs(GoldenFile.Case golden) {
        int rows = golden.integer("rows");
        int classes = golden.integer("classes");
        double spread = golden.number("spread");
        float[] logits = GoldenInputs.uniform(golden.name() + ".student", rows * classes, -spread, spread);
        long[] labels = GoldenInputs.labels(golden.name() + ".labels", rows, classes);
        Loss loss = new CrossEntropy(new LabelSmoothing(golden.number("epsilon")));
        LossProbe got = LossProbe.run(loss, logits, labels, logits, classes);
        double lossError = Exactness.relative(got.loss(), golden.number("loss"));
        double gradientError = golden.summary("gradient").error(got.gradient());
        Exactness.assertWithin("label smoothing: loss", golden.name(), lossError, TOLERANCE);
        Exactness.assertWithin("label smoothing: gradient", golden.name(), gradientError, TOLERANCE);
    }
}
