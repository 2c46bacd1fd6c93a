package dev.distillery.trainer.tricks.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distillery.trainer.loss.CrossEntropy;
import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.loss.TargetDistribution;
import dev.distillery.trainer.torchscript.LossProbe;
import dev.distillery.trainer.tricks.Formulas;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DistillationTest {
    private static final int CLASSES = 3;
    private static final float[] STUDENT = {2f, -1f, 0.5f, -0.3f, 0.1f, 3f};
    private static final float[] TEACHER = {4f, 1f, -2f, 0f, 5f, 4f};
    private static final long[] LABELS = {0, 1};
    private static final Loss HARD = new CrossEntropy(TargetDistribution.ONE_HOT);
    /** FP32 rounding; the soft part is multiplied by T². */
    private static final double TOLERANCE = 2e-5;

    @ParameterizedTest
    @CsvSource({"1,0", "1,0.5", "4,0.1", "4,0", "20,0.9", "0.5,0.3"})
    void lossEqualsTheFormulaAndGradientItsDifferenceQuotient(double temperature, double alpha) {
        Loss loss = new Distillation(HARD, temperature, alpha);
        LossProbe got = LossProbe.run(loss, STUDENT, LABELS, TEACHER, CLASSES);
        assertThat(got.loss()).isCloseTo(formula(STUDENT, temperature, alpha), within(TOLERANCE));
        float step = 1f / 64;
        for (int i = 0; i < STUDENT.length; i++) {
            float[] up = STUDENT.clone();
            float[] down = STUDENT.clone();
            up[i] += step;
            down[i] -= step;
            double quotient = (formula(up, temperature, alpha) - formula(down, temperature, alpha)) / (2 * step);
            // A central difference is off by the third derivative times step².
            assertThat((double) got.gradient()[i]).isCloseTo(quotient, within(1e-3));
        }
    }

    @Test
    void hardLabelsAloneAreThePlainLoss() {
        LossProbe got = LossProbe.run(new Distillation(HARD, 4, 1), STUDENT, LABELS, TEACHER, CLASSES);
        LossProbe plain = LossProbe.run(HARD, STUDENT, LABELS, TEACHER, CLASSES);
        assertThat(got.loss()).isCloseTo(plain.loss(), within(TOLERANCE));
        assertThat(got.gradient()).containsExactly(plain.gradient(), org.assertj.core.data.Offset.offset(1e-6f));
    }

    @Test
    void aStudentThatEqualsItsTeacherHasNoSoftGradient() {
        LossProbe got = LossProbe.run(new Distillation(HARD, 4, 0), TEACHER, LABELS, TEACHER, CLASSES);
        assertThat(got.loss()).isCloseTo(0, within(TOLERANCE));
        for (float gradient : got.gradient()) {
            assertThat(gradient).isCloseTo(0, within(1e-6f));
        }
    }

    private static double formula(float[] student, double temperature, double alpha) {
        double sum = 0;
        for (int n = 0; n < LABELS.length; n++) {
            double hard = -Math.log(Formulas.softmax(student, n, CLASSES, 1)[(int) LABELS[n]]);
            double soft = Formulas.divergence(
                    Formulas.softmax(TEACHER, n, CLASSES, temperature),
                    Formulas.softmax(student, n, CLASSES, temperature));
            sum += alpha * hard + (1 - alpha) * temperature * temperature * soft;
        }
        return sum / LABELS.length;
    }
}
