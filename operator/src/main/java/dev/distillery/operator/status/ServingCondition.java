package dev.distillery.operator.status;

import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.schema.Violation;
import dev.distillery.status.Condition;
import dev.distillery.status.TrainingRecipeStatus;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * {@link Condition#SERVING_READY}, right after {@link Condition#PUBLISHED}.
 *
 * @param status True, False or Unknown
 */
public record ServingCondition(String status, String reason, String message) {
    public static ServingCondition serving(boolean ready, String reason, String message) {
        return new ServingCondition(ready ? "True" : "False", reason, message);
    }

    public static ServingCondition unknown(String reason, String message) {
        return new ServingCondition("Unknown", reason, message);
    }

    /**
     * @param projected a status of this moment
     * @param before the one that is stored, may be null; the transition time stays while the condition's status does
     */
    public TrainingRecipeStatus in(TrainingRecipeStatus projected, TrainingRecipeStatus before, Clock clock) {
        Conditions serving = new Conditions(
                before == null ? null : before.conditions(),
                projected.observedGeneration() == null ? 0 : projected.observedGeneration(),
                clock);
        serving.set(Condition.SERVING_READY, status, reason, message);
        List<Condition> all = new ArrayList<>(without(projected).conditions());
        int published = 0;
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).type().equals(Condition.PUBLISHED)) {
                published = i + 1;
            }
        }
        all.addAll(published, serving.list());
        return projected.withConditions(List.copyOf(all));
    }

    /** Says what is wrong with an edit of a finished recipe: how its model is served is all that an edit without a run changes. */
    public static TrainingRecipeStatus rejected(
            List<Violation> violations, TrainingRecipeStatus status, TrainingRecipe recipe, Clock clock) {
        if (recipe.getSpec().publish().inferenceService() == null) {
            return status;
        }
        String message = violations.stream().map(Violation::toString).collect(Collectors.joining("; "));
        return serving(false, "InvalidRecipe", message).in(status, recipe.getStatus(), clock);
    }

    /** @return the status with what the one before, which may be null, said of an inference service */
    public static TrainingRecipeStatus kept(TrainingRecipeStatus status, TrainingRecipeStatus before) {
        return of(before)
                .map(serving -> {
                    List<Condition> all = new ArrayList<>(without(status).conditions());
                    all.add(serving);
                    return status.withConditions(List.copyOf(all));
                })
                .orElse(status);
    }

    public static TrainingRecipeStatus without(TrainingRecipeStatus status) {
        List<Condition> conditions = status.conditions() == null ? List.of() : status.conditions();
        return status.withConditions(conditions.stream()
                .filter(condition -> !condition.type().equals(Condition.SERVING_READY))
                .toList());
    }

    /** @return what a status says of an inference service, if it speaks of one */
    public static Optional<Condition> of(TrainingRecipeStatus status) {
        return status == null || status.conditions() == null
                ? Optional.empty()
                : status.conditions().stream()
                        .filter(condition -> condition.type().equals(Condition.SERVING_READY))
                        .findFirst();
    }
}
