package dev.distillery.trainer.torchscript;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.trainer.averaging.ExponentialAverage;
import dev.distillery.trainer.network.TrainingValues;
import dev.distillery.trainer.network.Weights;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The average on the device against the recurrence in double, over the weights that the training really had. */
class WeightAverageTest {
    private static final int STEPS = 12;
    /** Twelve roundings to FP32, relative to values of about 1. */
    private static final double TOLERANCE = 1e-6;

    @Test
    void followsEveryWeightAndRunningStatistic() {
        ExponentialAverage averaging = new ExponentialAverage(0.8);
        Map<String, double[]> expected = new HashMap<>();
        StepProbe.START.values().forEach((name, value) -> expected.put(name, widened(value)));
        List<TrainingValues> seen = StepProbe.values(STEPS, averaging);
        for (int step = 1; step <= STEPS; step++) {
            double weight = averaging.newWeight(step);
            seen.get(step - 1).weights().values().forEach((name, value) -> {
                double[] average = expected.get(name);
                for (int i = 0; i < value.length; i++) {
                    average[i] += weight * (value[i] - average[i]);
                }
            });
        }
        Weights average = seen.get(STEPS - 1).average();
        assertThat(average.values().keySet()).isEqualTo(StepProbe.START.values().keySet());
        expected.forEach((name, value) -> {
            float[] got = average.get(name);
            for (int i = 0; i < got.length; i++) {
                assertThat(Math.abs(got[i] - value[i]))
                        .as(name)
                        .isLessThan(TOLERANCE * Math.max(1, Math.abs(value[i])));
            }
        });
    }

    private static double[] widened(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
