package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.stage.StagePlan;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.TrainingRecipe;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecentJobsTest {
    private static final Duration WHOLE = PendingStage.POD_EXPECTED;
    private static final Duration HALF = WHOLE.dividedBy(2);

    /** Overflows while the tests run, as the JVM's may. */
    private long now = Long.MAX_VALUE;

    private final RecentJobs recent = new RecentJobs(() -> now);

    @Test
    void aJobThatGoesRightAfterItWasMadeWaitsForThePodThatMayStillCome() {
        recent.add(student("one"));
        assertThat(recent.same(student("one"))).contains(WHOLE);
        assertThat(recent.another(student("one"))).isEmpty();
        now += HALF.toNanos();
        assertThat(recent.same(student("one"))).contains(HALF);
        now += HALF.toNanos();
        assertThat(recent.same(student("one"))).isEmpty();
    }

    @Test
    void theNextAttemptWaitsForNothing() {
        recent.add(student("one"));
        StagePlan next = student("one").withAttempt(2);
        assertThat(recent.same(next)).isEmpty();
        assertThat(recent.another(next)).isEmpty();
    }

    /** Deleted and made anew under its name, or edited. */
    @Test
    void aRecipeOfTheSameNameWaitsForThePodThatMayStillComeOfTheOneBefore() {
        recent.add(student("one").withAttempt(2));
        assertThat(recent.another(student("two"))).contains(WHOLE);
        now += WHOLE.toNanos();
        assertThat(recent.another(student("two"))).isEmpty();
    }

    @Test
    void nothingWaitsForAPodThatWasSeen() {
        recent.add(student("one").withAttempt(2));
        recent.podMade(student("one"));
        assertThat(recent.another(student("two"))).contains(WHOLE);
        recent.podMade(student("one").withAttempt(2));
        assertThat(recent.another(student("two"))).isEmpty();
    }

    @Test
    void whoLeadsAnewWaitsForThePodsOfJobsThatItsPredecessorMade() {
        long ledSince = now;
        now += HALF.toNanos();
        assertThat(recent.predecessors(ledSince)).contains(HALF);
        now += HALF.toNanos();
        assertThat(recent.predecessors(ledSince)).isEmpty();
    }

    @Test
    void anotherRecipeDoesNotWait() {
        recent.add(student("one"));
        assertThat(recent.another(student(Recipes.stored("more", false)))).isEmpty();
    }

    private static StagePlan student(String uid) {
        TrainingRecipe recipe = Recipes.stored("photos", false);
        recipe.getMetadata().setUid(uid);
        return student(recipe);
    }

    private static StagePlan student(TrainingRecipe recipe) {
        return StagePlan.student(
                recipe,
                RecipeResolver.resolve(
                        "default",
                        recipe.getMetadata().getName(),
                        recipe.getSpec(),
                        KubernetesUnderTest.TRAINER_IMAGE));
    }
}
