package dev.distillery.operator.metrics;

import dev.distillery.operator.cache.FinishedRecipe;
import dev.distillery.operator.leader.Leadership;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Phase;
import io.fabric8.kubernetes.api.model.Pod;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What there is now, counted from the caches when somebody asks. Only the replica that leads counts, so sums are right. */
public final class FleetGauges {
    private static final String NEW = "New";

    private FleetGauges() {}

    /**
     * @param recipes all that are cached
     * @param pods all trainer pods that are cached
     */
    public static void register(
            MeterRegistry meters,
            Leadership leadership,
            Supplier<Stream<TrainingRecipe>> recipes,
            Supplier<Stream<Pod>> pods) {
        for (Phase phase : Phase.values()) {
            registerPhase(meters, leadership, recipes, phase.toString());
        }
        registerPhase(meters, leadership, recipes, NEW);
        Gauge.builder("distillery.gpus.in.use", () -> leadership.leads() ? gpusInUse(pods.get()) : 0)
                .register(meters);
    }

    private static void registerPhase(
            MeterRegistry meters, Leadership leadership, Supplier<Stream<TrainingRecipe>> recipes, String phase) {
        Gauge.builder(
                        "distillery.recipes",
                        () -> leadership.leads()
                                ? recipes.get()
                                        .filter(recipe -> phase.equals(phase(recipe)))
                                        .count()
                                : 0)
                .tag("phase", phase)
                .register(meters);
    }

    private static String phase(TrainingRecipe recipe) {
        Phase phase = FinishedRecipe.phase(recipe);
        return phase == null ? NEW : phase.toString();
    }

    private static long gpusInUse(Stream<Pod> pods) {
        return pods.filter(pod -> pod.getStatus() != null
                        && "Running".equals(pod.getStatus().getPhase()))
                .mapToLong(PodMetrics::gpus)
                .sum();
    }
}
