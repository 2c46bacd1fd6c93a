package dev.distillery.trainer.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distillery.trainer.golden.Exactness;
import dev.distillery.trainer.golden.GoldenFile;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rule in double; {@code WeightAverageTest} has it on the device. */
class ExponentialAverageTest {
    /** The golden values are written with ten digits. */
    private static final double TOLERANCE = 1e-9;

    static Stream<GoldenFile.Case> cases() {
        return GoldenFile.read("ema").cases();
    }

    /** One decay that the warm-up does not reach within the steps, and one that it does. */
    @ParameterizedTest
    @MethodSource("cases")
    void equalsTimmsAverageWithWarmUp(GoldenFile.Case golden) {
        ExponentialAverage averaging = new ExponentialAverage(golden.number("decay"));
        Map<String, double[]> average = new HashMap<>();
        golden.json().get("start").properties().forEach(e -> average.put(e.getKey(), doubles(e.getValue())));
        int updates = 0;
        for (JsonNode step : golden.json().get("steps")) {
            double weight = averaging.newWeight(++updates);
            for (Map.Entry<String, double[]> entry : average.entrySet()) {
                double[] expected = doubles(step.get("average").get(entry.getKey()));
                double[] values = doubles(step.get("values").get(entry.getKey()));
                for (int i = 0; i < values.length; i++) {
                    entry.getValue()[i] += weight * (values[i] - entry.getValue()[i]);
                    Exactness.assertWithin(
                            "EMA of weights with warm-up",
                            entry.getKey(),
                            Exactness.relative(entry.getValue()[i], expected[i]),
                            TOLERANCE);
                }
            }
        }
        assertThat(updates).isEqualTo(6);
    }

    @Test
    void theFirstStepForgetsTheInitialWeightsAndTheDecayIsReachedAtLast() {
        ExponentialAverage average = new ExponentialAverage(0.99);
        assertThat(average.newWeight(1)).isEqualTo(1);
        assertThat(average.newWeight(8)).isCloseTo(0.25, within(1e-15));
        assertThat(average.newWeight(1_000_000)).isCloseTo(0.01, within(1e-15));
    }

    @Test
    void noDecayIsTheWeightsThemselves() {
        assertThat(new ExponentialAverage(0).newWeight(1)).isEqualTo(1);
        assertThat(new ExponentialAverage(0).newWeight(1000)).isEqualTo(1);
    }

    private static double[] doubles(JsonNode values) {
        double[] array = new double[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i).asDouble();
        }
        return array;
    }
}
