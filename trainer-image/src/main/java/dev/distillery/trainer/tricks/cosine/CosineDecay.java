package dev.distillery.trainer.tricks.cosine;

import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.schedule.Schedule;
import dev.distillery.trainer.schedule.StepDecay;

/**
 * {@code η(t) = η_min + ½(η_max − η_min)(1 + cos(π·t/T))}, per optimizer step: η_max at t = 0, η_min at t = T.
 *
 * @param steps T
 */
public record CosineDecay(double peak, double finalRate, long steps) implements Schedule {

    /**
     * @param steps that the schedule covers, warm-up excluded
     * @return step decay where the trick is off
     */
    public static Schedule of(Tricks.CosineDecay recipe, double peak, long steps, long stepsPerEpoch) {
        if (!recipe.enabled()) {
            return new StepDecay(peak, steps);
        }
        Tricks.Restarts restarts = recipe.restarts();
        return restarts == null
                ? new CosineDecay(peak, recipe.finalRate(), steps)
                : new WarmRestarts(peak, recipe.finalRate(), restarts.firstEpochs() * stepsPerEpoch, restarts.factor());
    }

    @Override
    public double rate(long step) {
        double progress = Math.min(1, (double) step / steps);
        return finalRate + (peak - finalRate) * (1 + Math.cos(Math.PI * progress)) / 2;
    }
}
