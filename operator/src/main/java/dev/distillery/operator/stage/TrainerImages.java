package dev.distillery.operator.stage;

import dev.distillery.recipe.TrainingRecipeSpec;

/**
 * What trainer pods run.
 *
 * @param cpu for recipes without a GPU
 * @param gpu for those with one; may be the same
 */
public record TrainerImages(String cpu, String gpu) {
    public String of(TrainingRecipeSpec spec) {
        return spec.compute().gpus() > 0 ? gpu : cpu;
    }
}
