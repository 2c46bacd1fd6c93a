package dev.distillery.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.MutableClock;
import dev.distillery.operator.Recipes;
import dev.distillery.recipe.TrainingRecipe;
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;

class ReconcileWatchTest {
    private static final Map<String, Object> NOTHING = Map.of();

    private final MutableClock clock = new MutableClock();
    private final ReconcileWatch watch = new ReconcileWatch(clock);
    private final TrainingRecipe one = Recipes.stored("one", false);
    private final TrainingRecipe two = Recipes.stored("two", false);

    @Test
    void anIdleOperatorIsWell() {
        clock.advance(Duration.ofDays(1));
        assertThat(watch.stuck()).isEmpty();
    }

    @Test
    void oneReconciliationThatDoesNotEndIsStuckThoughOthersDo() {
        start(one);
        clock.advance(ReconcileWatch.LIMIT);
        reconcile(two);
        assertThat(watch.stuck()).isEmpty();
        clock.advance(Duration.ofMillis(1));
        assertThat(watch.stuck()).hasValueSatisfying(what -> assertThat(what)
                .contains("the reconciliation of", "one", "2026-01-01T00:00:00Z"));
        assertThat(new ReconcileLiveness(watch).call().getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
        watch.reconciliationFinished(one, null, NOTHING);
        assertThat(watch.stuck()).isEmpty();
        assertThat(new ReconcileLiveness(watch).call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
    }

    @Test
    void aLongQueueThatMovesIsWellAndOneThatStandsIsStuck() {
        watch.reconciliationSubmitted(one, null, NOTHING);
        clock.advance(ReconcileWatch.LIMIT);
        reconcile(two);
        clock.advance(ReconcileWatch.LIMIT);
        assertThat(watch.stuck()).isEmpty();
        clock.advance(Duration.ofMillis(1));
        assertThat(watch.stuck()).hasValueSatisfying(what -> assertThat(what).contains("one", "waited"));
    }

    private void reconcile(TrainingRecipe recipe) {
        start(recipe);
        watch.reconciliationFinished(recipe, null, NOTHING);
    }

    private void start(TrainingRecipe recipe) {
        watch.reconciliationSubmitted(recipe, null, NOTHING);
        watch.reconciliationStarted(recipe, NOTHING);
    }
}
