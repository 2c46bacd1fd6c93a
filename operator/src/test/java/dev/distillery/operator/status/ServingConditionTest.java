package dev.distillery.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.Recipes;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.schema.Violation;
import dev.distillery.status.Condition;
import dev.distillery.status.TrainingRecipeStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServingConditionTest {
    private static final String BEFORE = "2026-01-01T00:00:00Z";
    private static final Clock NOW = Clock.fixed(Instant.parse("2026-01-02T00:00:00Z"), ZoneOffset.UTC);

    @Test
    void standsAfterPublishedAndKeepsItsTimeWhileItsStatusStays() {
        TrainingRecipeStatus stages = status(Condition.PUBLISHED, Condition.READY);
        TrainingRecipeStatus first =
                ServingCondition.serving(false, "Starting", "a").in(stages, null, NOW);
        assertThat(first.conditions().stream().map(Condition::type))
                .containsExactly(Condition.PUBLISHED, Condition.SERVING_READY, Condition.READY);
        Clock later = Clock.offset(NOW, Duration.ofHours(1));
        TrainingRecipeStatus second =
                ServingCondition.serving(false, "RevisionFailed", "b").in(stages, first, later);
        assertThat(ServingCondition.of(second).orElseThrow().lastTransitionTime())
                .isEqualTo("2026-01-02T00:00:00Z");
        TrainingRecipeStatus third =
                ServingCondition.serving(true, "Serving", "c").in(stages, second, later);
        assertThat(ServingCondition.of(third).orElseThrow().lastTransitionTime())
                .isEqualTo("2026-01-02T01:00:00Z");
    }

    /** The status of a finished run carries the condition of the last look. */
    @Test
    void replacesItselfAndGoes() {
        TrainingRecipeStatus seen = status(Condition.PUBLISHED, Condition.SERVING_READY, Condition.READY);
        TrainingRecipeStatus again =
                ServingCondition.serving(true, "Serving", "c").in(seen, seen, NOW);
        assertThat(again.conditions()).hasSize(3);
        assertThat(again.conditions().get(1).reason()).isEqualTo("Serving");
        assertThat(ServingCondition.of(ServingCondition.without(again))).isEmpty();
    }

    @Test
    void aBrokenEditOfAFinishedRecipeIsSaidAndChangesNothingElse() {
        TrainingRecipe recipe = Recipes.stored("photos", false);
        TrainingRecipeStatus ready = status(Condition.PUBLISHED, Condition.SERVING_READY, Condition.READY);
        List<Violation> violations =
                List.of(new Violation("spec.publish.inferenceService.minReplicas", "3", "at most 1"));
        assertThat(ServingCondition.rejected(violations, ready, recipe, NOW)).isEqualTo(ready);
        Recipes.with(recipe, "/publish/inferenceService", Map.of("mode", "apply", "minReplicas", 3, "maxReplicas", 1));
        TrainingRecipeStatus rejected = ServingCondition.rejected(violations, ready, recipe, NOW);
        Condition serving = ServingCondition.of(rejected).orElseThrow();
        assertThat(serving.status()).isEqualTo("False");
        assertThat(serving.reason()).isEqualTo("InvalidRecipe");
        assertThat(serving.message()).contains("minReplicas");
        assertThat(ServingCondition.without(rejected)).isEqualTo(ServingCondition.without(ready));
    }

    @Test
    void whatWasSaidOfAServiceOutlivesARejectedSpec() {
        TrainingRecipeStatus before = status(Condition.PUBLISHED, Condition.SERVING_READY);
        TrainingRecipeStatus rejected = status(Condition.ACCEPTED);
        assertThat(ServingCondition.of(ServingCondition.kept(rejected, before))).isEqualTo(ServingCondition.of(before));
        assertThat(ServingCondition.kept(rejected, null)).isEqualTo(rejected);
    }

    private static TrainingRecipeStatus status(String... types) {
        List<Condition> conditions = List.of(types).stream()
                .map(type -> new Condition(type, "True", "R", "m", BEFORE, 1L))
                .toList();
        return new TrainingRecipeStatus(
                1L, null, null, null, conditions, null, null, null, null, null, null, null, null);
    }
}
