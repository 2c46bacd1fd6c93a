package dev.distillery.trainer.tricks.warmup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distillery.recipe.Tricks;
import dev.distillery.recipe.Tricks.Warmup.Form;
import dev.distillery.trainer.schedule.Schedule;
import org.junit.jupiter.api.Test;

class WarmupTest {
    private static final double EXACT = 1e-12;
    /** Two epochs of four steps, then a rate that nobody can mistake. */
    private static final Schedule REST = step -> 100 + step;

    @Test
    void linearRisesByEqualSteps() {
        expect(Form.LINEAR, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7);
        expect(Form.LINEAR, 0.5, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75);
    }

    @Test
    void exponentialRisesByEqualFactors() {
        Schedule schedule = schedule(Form.EXPONENTIAL, 1.0 / 256);
        assertThat(schedule.rate(0)).isCloseTo(0.8 / 256, within(EXACT));
        for (long step = 0; step < 7; step++) {
            assertThat(schedule.rate(step + 1) / schedule.rate(step)).isCloseTo(2, within(1e-9));
        }
    }

    @Test
    void stepRisesOnceAnEpoch() {
        expect(Form.STEP, 0, 0.4, 0.4, 0.4, 0.4, 0.8, 0.8, 0.8, 0.8);
    }

    @Test
    void constantStaysAtItsFraction() {
        expect(Form.CONSTANT, 0.1, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08);
    }

    @Test
    void theRestStartsAtItsOwnStepZero() {
        Schedule schedule = schedule(Form.LINEAR, 0);
        assertThat(schedule.rate(8)).isEqualTo(100);
        assertThat(schedule.rate(11)).isEqualTo(103);
    }

    @Test
    void offIsTheRestAlone() {
        assertThat(Warmup.of(new Tricks.Warmup(false, 2, Form.LINEAR, 0), 0.8, 4, REST))
                .isSameAs(REST);
        assertThat(Warmup.steps(new Tricks.Warmup(false, 2, Form.LINEAR, 0), 4)).isZero();
    }

    private static void expect(Form form, double startFraction, double... rates) {
        Schedule schedule = schedule(form, startFraction);
        for (int step = 0; step < rates.length; step++) {
            assertThat(schedule.rate(step)).as("step %d", step).isCloseTo(rates[step], within(EXACT));
        }
    }

    private static Schedule schedule(Form form, double startFraction) {
        return Warmup.of(new Tricks.Warmup(true, 2, form, startFraction), 0.8, 4, REST);
    }
}
