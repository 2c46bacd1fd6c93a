package dev.distillery.operator;

import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.Condition;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Set;

/** When the Jobs of a run that has ended go. */
final class StageRetention {
    private static final Set<String> ENDS = Set.of(Condition.READY, Condition.FAILED);

    private StageRetention() {}

    /** @param recipe whose run has ended: Ready or Failed is true, since when that happened */
    static Instant end(TrainingRecipe recipe) {
        return recipe.getStatus().conditions().stream()
                .filter(condition -> ENDS.contains(condition.type()) && "True".equals(condition.status()))
                .map(condition ->
                        OffsetDateTime.parse(condition.lastTransitionTime()).toInstant())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a run that has ended is Ready or Failed"))
                .plus(recipe.getSpec().retention().afterFinish());
    }
}
