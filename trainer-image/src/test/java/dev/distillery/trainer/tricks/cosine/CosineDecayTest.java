package dev.distillery.trainer.tricks.cosine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.schedule.Schedule;
import dev.distillery.trainer.schedule.StepDecay;
import org.junit.jupiter.api.Test;

class CosineDecayTest {
    private static final double EXACT = 1e-12;

    @Test
    void everyStepEqualsTheSquaredCosine() {
        Schedule schedule = new CosineDecay(0.8, 0.02, 1000);
        for (long step = 0; step <= 1000; step++) {
            // cos²(x/2) = (1 + cos x)/2: the same curve by another formula.
            double half = Math.cos(Math.PI * step / 2000.0);
            assertThat(schedule.rate(step)).isCloseTo(0.02 + 0.78 * half * half, within(EXACT));
        }
    }

    @Test
    void fallsWithinAnEpochNotOnlyBetweenEpochs() {
        Schedule schedule = CosineDecay.of(new Tricks.CosineDecay(true, 0, null), 0.2, 500, 100);
        for (long step = 0; step < 499; step++) {
            assertThat(schedule.rate(step + 1)).isLessThan(schedule.rate(step));
        }
    }

    @Test
    void restartsBeginEachLongerCycleAtThePeak() {
        Tricks.CosineDecay recipe = new Tricks.CosineDecay(true, 0, new Tricks.Restarts(1, 2, false));
        Schedule schedule = CosineDecay.of(recipe, 0.5, 70, 10);
        for (long start : new long[] {0, 10, 30}) {
            assertThat(schedule.rate(start)).isCloseTo(0.5, within(EXACT));
        }
        assertThat(schedule.rate(5)).isCloseTo(0.25, within(EXACT));
        assertThat(schedule.rate(20)).isCloseTo(0.25, within(EXACT));
        assertThat(schedule.rate(50)).isCloseTo(0.25, within(EXACT));
        assertThat(schedule.rate(29)).isCloseTo(0.25 * (1 + Math.cos(Math.PI * 19 / 20)), within(EXACT));
    }

    @Test
    void offIsStepDecay() {
        Schedule schedule = CosineDecay.of(new Tricks.CosineDecay(false, 0, null), 0.4, 8, 2);
        assertThat(schedule).isEqualTo(new StepDecay(0.4, 8));
        double[] expected = {0.4, 0.4, 0.4, 0.4, 0.04, 0.04, 0.004, 0.004};
        for (int step = 0; step < expected.length; step++) {
            assertThat(schedule.rate(step)).isCloseTo(expected[step], within(EXACT));
        }
    }
}
