package dev.distillery.operator.status;

import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.Stage;
import dev.distillery.schema.Violation;
import dev.distillery.status.TrainingRecipeStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that a status depends on but the clock.
 *
 * @param violations if there are any, nothing else counts
 * @param resolved null with violations
 * @param runId null with violations
 * @param teacherBefore attempts at the teacher that were over when this run came to it: other recipes', or earlier runs'
 * @param nextLook when to look again though nothing may be heard until then; null for never
 */
public record Observation(
        TrainingRecipe recipe,
        List<Violation> violations,
        ResolvedRecipe resolved,
        String runId,
        StageObservation teacher,
        StageObservation student,
        int teacherBefore,
        Instant nextLook) {

    public static Observation rejected(TrainingRecipe recipe, List<Violation> violations) {
        return new Observation(recipe, violations, null, null, StageObservation.NONE, StageObservation.NONE, 0, null);
    }

    public boolean distils() {
        return resolved.teacherHash() != null;
    }

    boolean suspended() {
        return recipe.getSpec().suspend();
    }

    /** @return whether the recipe is, or would be next, at its student; before another attempt it looks for its teacher */
    boolean atStudent() {
        boolean underWay = student.state() != State.ABSENT && student.state() != State.RETRYING;
        return underWay || !distils() || teacher.state() == State.SUCCEEDED;
    }

    /** @return the stage that the recipe is at */
    StageObservation stage() {
        return atStudent() ? student : teacher;
    }

    Stage stageName() {
        return atStudent() ? Stage.STUDENT : Stage.TEACHER;
    }

    /** @return the status before, if it speaks of this very run */
    Optional<TrainingRecipeStatus> before() {
        return Optional.ofNullable(recipe.getStatus()).filter(status -> runId.equals(status.runId()));
    }
}
