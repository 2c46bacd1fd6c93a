package dev.distillery.operator.status;

import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.schema.Violation;
import java.util.List;

/**
 * All that a status depends on but the clock.
 *
 * @param violations if there are any, nothing else counts
 * @param resolved null with violations
 * @param runId null with violations
 */
public record Observation(
        TrainingRecipe recipe,
        List<Violation> violations,
        ResolvedRecipe resolved,
        String runId,
        StageObservation teacher,
        StageObservation student) {

    public boolean distils() {
        return resolved.teacherHash() != null;
    }

    boolean suspended() {
        return recipe.getSpec().suspend();
    }
}
