package dev.distillery.trainer.tricks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.golden.Exactness;
import dev.distillery.trainer.golden.GoldenFile;
import dev.distillery.trainer.schedule.Schedule;
import dev.distillery.trainer.tricks.cosine.CosineDecay;
import dev.distillery.trainer.tricks.warmup.Warmup;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rate of 1,000 steps against {@code torch.optim.lr_scheduler} and timm. */
class ScheduleGoldenTest {
    /** Of the peak. Golden rates have ten digits. */
    private static final double TOLERANCE = 1e-9;

    static Stream<GoldenFile.Case> cases() {
        return GoldenFile.read("schedules").cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyRateIsTheReferences(GoldenFile.Case golden) {
        JsonNode rates = golden.json().get("rates");
        Schedule schedule = schedule(golden, rates.size());
        double peak = golden.number("peak");
        for (int step = 0; step < rates.size(); step++) {
            double error = Math.abs(schedule.rate(step) - rates.get(step).asDouble()) / peak;
            Exactness.assertWithin("schedule " + golden.name(), "step " + step, error, TOLERANCE);
        }
    }

    /** As the assembler joins them: the decay covers what warm-up leaves. */
    private static Schedule schedule(GoldenFile.Case golden, long steps) {
        JsonNode written = golden.json().get("warmup");
        Tricks.Warmup warmup = written.isNull()
                ? new Tricks.Warmup(false, 0, Tricks.Warmup.Form.LINEAR, 0)
                : new Tricks.Warmup(
                        true,
                        written.get("epochs").asInt(),
                        Tricks.Warmup.Form.valueOf(written.get("form").asText().toUpperCase(Locale.ROOT)),
                        written.get("startFraction").asDouble());
        JsonNode cycles = golden.json().get("restarts");
        Tricks.Restarts restarts = cycles.isNull()
                ? null
                : new Tricks.Restarts(
                        cycles.get("firstEpochs").asInt(), cycles.get("factor").asInt(), false);
        double peak = golden.number("peak");
        long stepsPerEpoch = golden.integer("stepsPerEpoch");
        Schedule decay = CosineDecay.of(
                new Tricks.CosineDecay(true, golden.number("finalRate"), restarts),
                peak,
                steps - Warmup.steps(warmup, stepsPerEpoch),
                stepsPerEpoch);
        return Warmup.of(warmup, peak, stepsPerEpoch, decay);
    }
}
