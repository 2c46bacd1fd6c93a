package dev.distillery.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.status.Condition;
import dev.distillery.status.TrainingRecipeStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
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

    private static TrainingRecipeStatus status(String... types) {
        List<Condition> conditions = List.of(types).stream()
                .map(type -> new Condition(type, "True", "R", "m", BEFORE, 1L))
                .toList();
        return new TrainingRecipeStatus(
                1L, null, null, null, conditions, null, null, null, null, null, null, null, null);
    }
}
