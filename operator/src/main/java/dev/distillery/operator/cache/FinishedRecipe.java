package dev.distillery.operator.cache;

import dev.distillery.operator.status.ServingCondition;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.recipe.TrainingRecipeNames;
import dev.distillery.recipe.TrainingRecipeSpec;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.Objects;

/**
 * A recipe whose run has ended, with its spec and status packed: it stays for ever as the record of the run, and is hardly
 * ever looked at again. Each call of {@link #getSpec} and {@link #getStatus} unpacks.
 */
@Group(TrainingRecipeNames.GROUP)
@Version(TrainingRecipeNames.VERSION)
@Kind(TrainingRecipeNames.KIND)
@Plural(TrainingRecipeNames.PLURAL)
public final class FinishedRecipe extends TrainingRecipe {
    private final Phase phase;
    private final boolean settled;
    private final Packed<TrainingRecipeSpec> spec;
    private final Packed<TrainingRecipeStatus> status;

    private FinishedRecipe(TrainingRecipe recipe) {
        setMetadata(recipe.getMetadata());
        this.phase = recipe.getStatus().phase();
        this.settled = recipe.getStatus().runId() != null
                && recipe.getSpec().publish().inferenceService() == null
                // One that it once asked for could not be deleted yet.
                && ServingCondition.of(recipe.getStatus()).isEmpty()
                && Objects.equals(
                        recipe.getMetadata().getGeneration(), recipe.getStatus().observedGeneration());
        this.spec = Packed.of(recipe.getSpec(), TrainingRecipeSpec.class);
        this.status = Packed.of(recipe.getStatus(), TrainingRecipeStatus.class);
    }

    /** @return the recipe itself while its run goes on */
    static TrainingRecipe ifFinished(TrainingRecipe recipe) {
        return recipe.getSpec() != null
                        && phase(recipe) != null
                        && phase(recipe).terminal()
                ? new FinishedRecipe(recipe)
                : recipe;
    }

    /** @return null for a recipe that nobody has looked at; cheap for one that is packed */
    public static Phase phase(TrainingRecipe recipe) {
        if (recipe instanceof FinishedRecipe finished) {
            return finished.phase;
        }
        return recipe.getStatus() == null ? null : recipe.getStatus().phase();
    }

    /** @return whether nothing is left to do for the recipe itself; what its run left in the cluster speaks for itself */
    boolean settled() {
        return settled;
    }

    @Override
    public TrainingRecipeSpec getSpec() {
        return spec == null ? null : spec.content();
    }

    @Override
    public TrainingRecipeStatus getStatus() {
        return status == null ? null : status.content();
    }

    @Override
    public void setSpec(TrainingRecipeSpec other) {
        throw new UnsupportedOperationException("a cached recipe is not edited");
    }

    @Override
    public void setStatus(TrainingRecipeStatus other) {
        throw new UnsupportedOperationException("a cached recipe is not edited");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrainingRecipe recipe
                && getMetadata().equals(recipe.getMetadata())
                && getSpec().equals(recipe.getSpec())
                && getStatus().equals(recipe.getStatus());
    }

    @Override
    public int hashCode() {
        return getMetadata().hashCode();
    }
}
