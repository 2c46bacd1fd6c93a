package dev.distillery.trainer.tricks.linearscaling;

import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.schedule.PeakRate;

/** {@code η = η_ref · B / B_ref}. */
public record LinearScaling(double referenceRate, int referenceBatchSize) implements PeakRate {

    /** @return the reference rate itself, whatever the batch, where the trick is off */
    public static PeakRate of(Tricks.LinearScaling recipe) {
        double rate = recipe.referenceRate();
        return recipe.enabled() ? new LinearScaling(rate, recipe.referenceBatchSize()) : batchSize -> rate;
    }

    @Override
    public double at(int batchSize) {
        return referenceRate * batchSize / referenceBatchSize;
    }
}
