package dev.distillery.trainer.loop;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distillery.trainer.metrics.EpochResult;
import java.util.List;
import org.junit.jupiter.api.Test;

class DivergenceTest {
    private static final int CLASSES = 10;
    private static final double GUESSING = Math.log(CLASSES);

    @Test
    void aLossTwiceThatOfGuessingIsTheLimitWhereTheFirstEpochWasBetter() {
        assertThatCode(() -> Divergence.check(epochs(1.0, 2 * GUESSING), CLASSES))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> Divergence.check(epochs(1.0, 2 * GUESSING + 1e-9), CLASSES))
                .hasMessageContaining("epoch 2")
                .hasMessageContaining("learning rate 0.3");
    }

    @Test
    void aDistillationThatStartsHighIsMeasuredByItsFirstEpoch() {
        assertThatCode(() -> Divergence.check(epochs(12, 20), CLASSES)).doesNotThrowAnyException();
        assertThatThrownBy(() -> Divergence.check(epochs(12, 25), CLASSES)).isInstanceOf(Divergence.class);
    }

    @Test
    void aLossThatIsNoNumberEndsAtOnce() {
        assertThatThrownBy(() -> Divergence.check(Float.NaN, 3, 41, 0.3))
                .hasMessageContaining("NaN at step 41 of epoch 3");
        assertThatThrownBy(() -> Divergence.check(Float.POSITIVE_INFINITY, 1, 0, 0.3))
                .hasMessageContaining("Infinity");
        assertThatThrownBy(() -> Divergence.check(new float[] {1, Float.NaN}, 2, 0.3))
                .hasMessageContainingAll("the network answers NaN after epoch 2", "learning rate 0.3");
        assertThatCode(() -> Divergence.check(new float[] {1, -1}, 2, 0.3)).doesNotThrowAnyException();
        assertThatThrownBy(() -> Divergence.check(epochs(1, Double.NaN), CLASSES))
                .isInstanceOf(Divergence.class);
    }

    private static List<EpochResult> epochs(double first, double second) {
        return List.of(new EpochResult(1, first, 0.5, 0.3), new EpochResult(2, second, 0.5, 0.3));
    }
}
