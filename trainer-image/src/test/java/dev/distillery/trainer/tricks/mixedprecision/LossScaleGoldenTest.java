package dev.distillery.trainer.tricks.mixedprecision;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distillery.trainer.golden.GoldenFile;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Against {@code torch.amp.GradScaler} with its defaults. */
class LossScaleGoldenTest {

    @Test
    void theScaleOfEveryStepIsGradScalers() {
        JsonNode golden = GoldenFile.read("loss-scale").root();
        Set<Integer> bad = new HashSet<>();
        golden.get("bad").forEach(step -> bad.add(step.asInt()));
        Map<Integer, Double> changes = new HashMap<>();
        golden.get("scales")
                .forEach(row ->
                        changes.put(row.get("step").asInt(), row.get("scale").asDouble()));
        DynamicLossScale scale = new DynamicLossScale();
        double expected = Double.NaN;
        for (int step = 0; step < golden.get("steps").asInt(); step++) {
            expected = changes.getOrDefault(step, expected);
            assertThat(scale.value()).as("step %d", step).isEqualTo(expected);
            scale.update(!bad.contains(step));
        }
    }
}
