package dev.distillery.operator.stage;

import dev.distillery.operator.Recipes;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.recipe.TrainingRecipe;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.net.URI;
import java.time.Duration;

/** The stages of one recipe, and what the operator makes for them. */
final class Plans {
    static final StageJob JOB = new StageJob(new StagePod(
            new TrainerImages("trainer:1", "trainer-cuda:1"),
            () -> new ProgressAccess(URI.create("https://operator:8443"), Duration.ofSeconds(5), "CA")));

    private Plans() {}

    /** @param changes pointers and values */
    static StagePlan student(Object... changes) {
        return student(recipe(changes));
    }

    static StagePlan student(TrainingRecipe recipe) {
        return StagePlan.student(recipe, resolved(recipe));
    }

    static StagePlan teacher(Object... changes) {
        return teacher(recipe(changes));
    }

    static StagePlan teacher(TrainingRecipe recipe) {
        return StagePlan.teacher(recipe, resolved(recipe));
    }

    static PodSpec pod(StagePlan plan) {
        return JOB.desired(plan).getSpec().getTemplate().getSpec();
    }

    static TrainingRecipe recipe(Object... changes) {
        TrainingRecipe recipe = Recipes.stored("photos", true);
        for (int i = 0; i < changes.length; i += 2) {
            Recipes.with(recipe, (String) changes[i], changes[i + 1]);
        }
        return recipe;
    }

    private static ResolvedRecipe resolved(TrainingRecipe recipe) {
        return RecipeResolver.resolve("default", recipe.getMetadata().getName(), recipe.getSpec());
    }
}
