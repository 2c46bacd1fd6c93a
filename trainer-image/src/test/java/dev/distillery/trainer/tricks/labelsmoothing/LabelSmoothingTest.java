package dev.distillery.trainer.tricks.labelsmoothing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.loss.CrossEntropy;
import dev.distillery.trainer.loss.TargetDistribution;
import dev.distillery.trainer.torchscript.LossProbe;
import dev.distillery.trainer.tricks.Formulas;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSmoothingTest {
    private static final int CLASSES = 4;
    private static final float[] LOGITS = {2f, -1f, 0.5f, 0f, -0.3f, 0.1f, 3f, 1f, 0f, 0f, 0f, 0f};
    private static final long[] LABELS = {0, 3, 2};
    /** FP32 rounding of sums of a dozen values near 1. */
    private static final double TOLERANCE = 2e-6;

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.3, 0.99})
    void lossAndGradientEqualTheFormula(double epsilon) {
        LossProbe got = LossProbe.run(new CrossEntropy(new LabelSmoothing(epsilon)), LOGITS, LABELS, LOGITS, CLASSES);
        double loss = 0;
        for (int n = 0; n < LABELS.length; n++) {
            double[] target = Formulas.smoothed(LABELS[n], epsilon, CLASSES);
            double[] probabilities = Formulas.softmax(LOGITS, n, CLASSES, 1);
            loss += Formulas.crossEntropy(target, probabilities) / LABELS.length;
            for (int c = 0; c < CLASSES; c++) {
                double gradient = (probabilities[c] - target[c]) / LABELS.length;
                assertThat((double) got.gradient()[n * CLASSES + c]).isCloseTo(gradient, within(TOLERANCE));
            }
        }
        assertThat(got.loss()).isCloseTo(loss, within(TOLERANCE));
    }

    @Test
    void appliesToTheTeacherOnlyWhenAsked() {
        Tricks.LabelSmoothing on = new Tricks.LabelSmoothing(true, 0.1, false);
        assertThat(LabelSmoothing.of(on, false)).isEqualTo(new LabelSmoothing(0.1));
        assertThat(LabelSmoothing.of(on, true)).isSameAs(TargetDistribution.ONE_HOT);
        assertThat(LabelSmoothing.of(new Tricks.LabelSmoothing(true, 0.1, true), true))
                .isEqualTo(new LabelSmoothing(0.1));
        assertThat(LabelSmoothing.of(new Tricks.LabelSmoothing(false, 0.1, true), false))
                .isSameAs(TargetDistribution.ONE_HOT);
    }
}
