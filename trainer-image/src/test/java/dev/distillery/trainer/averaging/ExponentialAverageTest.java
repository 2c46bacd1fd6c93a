package dev.distillery.trainer.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ExponentialAverageTest {
    @Test
    void theFirstStepsForgetTheInitialWeights() {
        ExponentialAverage average = new ExponentialAverage(0.999);
        assertThat(average.newWeight(1)).isCloseTo(9.0 / 11, within(1e-15));
        assertThat(average.newWeight(90)).isCloseTo(0.09, within(1e-15));
        assertThat(average.newWeight(100_000)).isCloseTo(0.001, within(1e-15));
    }

    @Test
    void noDecayIsTheWeightsThemselves() {
        assertThat(new ExponentialAverage(0).newWeight(1)).isEqualTo(1);
        assertThat(new ExponentialAverage(0).newWeight(1000)).isEqualTo(1);
    }
}
