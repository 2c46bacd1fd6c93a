package dev.distillery.trainer.tricks.linearscaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distillery.recipe.Tricks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearScalingTest {
    /** Goyal et al. 2017: 0.1 at 256 is 3.2 at 8,192. */
    @ParameterizedTest
    @CsvSource({"256,0.1", "8192,3.2", "64,0.025", "1,0.000390625"})
    void theRateIsProportionalToTheBatch(int batchSize, double rate) {
        assertThat(LinearScaling.of(new Tricks.LinearScaling(true, 0.1, 256)).at(batchSize))
                .isCloseTo(rate, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"64", "8192"})
    void offIsTheReferenceRate(int batchSize) {
        assertThat(LinearScaling.of(new Tricks.LinearScaling(false, 0.1, 256)).at(batchSize))
                .isEqualTo(0.1);
    }
}
