package dev.distillery.trainer.tricks.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.loss.CrossEntropy;
import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.loss.TargetDistribution;
import dev.distillery.trainer.torchscript.LossProbe;
import dev.distillery.trainer.tricks.Formulas;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoupledDistillationTest {
    private static final int CLASSES = 4;
    private static final float[] STUDENT = {2f, -1f, 0.5f, 0.2f, -0.3f, 0.1f, 3f, 1f};
    private static final float[] TEACHER = {4f, 1f, -2f, 0.3f, 0f, 5f, 4f, -1f};
    private static final long[] LABELS = {0, 1};
    private static final Loss HARD = new CrossEntropy(TargetDistribution.ONE_HOT);
    /** FP32 rounding of losses up to 30. */
    private static final double TOLERANCE = 1e-5;

    @ParameterizedTest
    @CsvSource({"1,0,1,8", "4,0.1,1,8", "4,0.5,2,0", "2,0,0,0.5", "4,1,1,8"})
    void lossEqualsTheFormulaAndGradientItsDifferenceQuotient(double temperature, double alpha, double a, double b) {
        LossProbe got = probe(new DecoupledDistillation(HARD, temperature, alpha, a, b));
        assertThat(got.loss()).isCloseTo(formula(STUDENT, temperature, alpha, a, b), within(TOLERANCE));
        float step = 1f / 64;
        for (int i = 0; i < STUDENT.length; i++) {
            float[] up = STUDENT.clone();
            float[] down = STUDENT.clone();
            up[i] += step;
            down[i] -= step;
            double quotient =
                    (formula(up, temperature, alpha, a, b) - formula(down, temperature, alpha, a, b)) / (2 * step);
            // A central difference is off by the third derivative times step².
            assertThat((double) got.gradient()[i]).isCloseTo(quotient, within(1e-3));
        }
    }

    /** Zhao et al. 2022, equation 6: KL = TCKD + (1 − p_teacher(label))·NCKD. */
    @Test
    void onOneImageItIsPlainDistillationWhenTheSecondWeightIsTheTeachersDoubt() {
        float[] student = {2f, -1f, 0.5f, 0.2f};
        float[] teacher = {4f, 1f, -2f, 0.3f};
        long[] label = {0};
        double doubt = 1 - Formulas.softmax(teacher, 0, CLASSES, 4)[0];
        Loss decoupled = new DecoupledDistillation(HARD, 4, 0.1, 1, doubt);
        LossProbe got = LossProbe.run(decoupled, student, label, teacher, CLASSES);
        LossProbe plain = LossProbe.run(new Distillation(HARD, 4, 0.1), student, label, teacher, CLASSES);
        assertThat(got.loss()).isCloseTo(plain.loss(), within(TOLERANCE));
        assertThat(got.gradient()).containsExactly(plain.gradient(), within(1e-6f));
    }

    @Test
    void aCertainTeacherGivesFiniteNumbersAndTheRightDirection() {
        float[] certain = {500f, 0f, 0f, 0f, 0f, 500f, 0f, 0f};
        LossProbe got = LossProbe.run(new DecoupledDistillation(HARD, 1, 0, 1, 8), STUDENT, LABELS, certain, CLASSES);
        assertThat(got.loss()).isFinite().isPositive();
        for (float gradient : got.gradient()) {
            assertThat(gradient).isFinite();
        }
        assertThat(got.gradient()[0]).as("raises the label's logit").isNegative();
        assertThat(got.gradient()[5]).as("raises the label's logit").isNegative();
    }

    @Test
    void aStudentThatEqualsItsTeacherHasNoSoftGradient() {
        Loss loss = new DecoupledDistillation(HARD, 4, 0, 1, 8);
        LossProbe got = LossProbe.run(loss, TEACHER, LABELS, TEACHER, CLASSES);
        assertThat(got.loss()).isZero();
        assertThat(got.gradient()).containsOnly(0);
    }

    @Test
    void theRecipeChoosesTheForm() {
        assertThat(Distillation.of(new Tricks.Distillation(false, 4, 0.1, new Tricks.Decoupled(1, 8)), HARD))
                .isSameAs(HARD);
        assertThat(Distillation.of(new Tricks.Distillation(true, 4, 0.1, null), HARD))
                .isEqualTo(new Distillation(HARD, 4, 0.1));
        assertThat(Distillation.of(new Tricks.Distillation(true, 4, 0.1, new Tricks.Decoupled(2, 3)), HARD))
                .isEqualTo(new DecoupledDistillation(HARD, 4, 0.1, 2, 3));
        assertThat(new DecoupledDistillation(HARD, 4, 0.1, 2, 3).needsTeacher()).isTrue();
    }

    private static LossProbe probe(Loss loss) {
        return LossProbe.run(loss, STUDENT, LABELS, TEACHER, CLASSES);
    }

    private static double formula(float[] student, double temperature, double alpha, double a, double b) {
        double sum = 0;
        for (int n = 0; n < LABELS.length; n++) {
            int label = (int) LABELS[n];
            double[] p = Formulas.softmax(TEACHER, n, CLASSES, temperature);
            double[] q = Formulas.softmax(student, n, CLASSES, temperature);
            double target = Formulas.divergence(binary(p, label), binary(q, label));
            double others = Formulas.divergence(without(p, label), without(q, label));
            double hard = -Math.log(Formulas.softmax(student, n, CLASSES, 1)[label]);
            sum += alpha * hard + (1 - alpha) * temperature * temperature * (a * target + b * others);
        }
        return sum / LABELS.length;
    }

    private static double[] binary(double[] probabilities, int label) {
        return new double[] {probabilities[label], 1 - probabilities[label]};
    }

    /** The other classes' probabilities, scaled to sum to 1. */
    private static double[] without(double[] probabilities, int label) {
        double[] others = new double[probabilities.length - 1];
        for (int c = 0, i = 0; c < probabilities.length; c++) {
            if (c != label) {
                others[i++] = probabilities[c] / (1 - probabilities[label]);
            }
        }
        return others;
    }
}
