package dev.distillery.operator.cache;

import dev.distillery.recipe.TrainingRecipe;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnAddFilter;

/**
 * Passes over, at the operator's start, the recipes for which nothing is left to do: there may be tens of thousands. Whoever
 * finds a Job that such a run left brings its recipe up.
 */
public final class Unsettled implements OnAddFilter<TrainingRecipe> {
    @Override
    public boolean accept(TrainingRecipe recipe) {
        return !passesOver(recipe);
    }

    /** @return whether nothing is left to do for the recipe itself; its run may have left Jobs */
    public static boolean passesOver(TrainingRecipe recipe) {
        return recipe instanceof FinishedRecipe finished && finished.settled();
    }
}
