package dev.distillery.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;

/** What a training step did to each value, held against what it should have done. */
public final class WeightChange {
    private WeightChange() {}

    /**
     * @param least change below which errors count absolutely: a gradient that is zero in exact arithmetic is rounding
     *     alone
     * @param tolerance error relative to the largest change within a value
     */
    public static void assertSame(Weights before, Weights got, Weights expected, double least, double tolerance) {
        assertThat(got.values().keySet()).isEqualTo(before.values().keySet());
        got.values().forEach((name, value) -> {
            float[] start = before.get(name);
            float[] right = expected.get(name);
            double largest = least;
            double worst = 0;
            for (int i = 0; i < value.length; i++) {
                largest = Math.max(largest, Math.abs(right[i] - start[i]));
                // Written so that NaN is the greatest error of all.
                double error = Math.abs(value[i] - right[i]);
                worst = error <= worst ? worst : error;
            }
            assertThat(worst / largest).as(name).isLessThan(tolerance);
        });
    }
}
