package dev.distillery.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.stage.StagePlan;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.TrainingRecipe;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RecentJobsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant LATER = NOW.plus(PendingStage.POD_EXPECTED);

    private final RecentJobs recent = new RecentJobs();

    @Test
    void aJobThatGoesRightAfterItWasMadeWaitsForThePodThatMayStillCome() {
        recent.add(student("one"), NOW);
        assertThat(recent.same(student("one"), NOW)).contains(LATER);
        assertThat(recent.another(student("one"), NOW)).isEmpty();
        assertThat(recent.same(student("one"), LATER)).isEmpty();
    }

    @Test
    void theNextAttemptWaitsForNothing() {
        recent.add(student("one"), NOW);
        StagePlan next = student("one").withAttempt(2);
        assertThat(recent.same(next, NOW)).isEmpty();
        assertThat(recent.another(next, NOW)).isEmpty();
    }

    /** Deleted and made anew under its name, or edited. */
    @Test
    void aRecipeOfTheSameNameWaitsForThePodThatMayStillComeOfTheOneBefore() {
        recent.add(student("one").withAttempt(2), NOW);
        assertThat(recent.another(student("two"), NOW)).contains(LATER);
        assertThat(recent.another(student("two"), LATER)).isEmpty();
    }

    @Test
    void nothingWaitsForAPodThatWasSeen() {
        recent.add(student("one").withAttempt(2), NOW);
        recent.podMade(student("one"));
        assertThat(recent.another(student("two"), NOW)).contains(LATER);
        recent.podMade(student("one").withAttempt(2));
        assertThat(recent.another(student("two"), NOW)).isEmpty();
    }

    @Test
    void whoLeadsAnewWaitsForThePodsOfJobsThatItsPredecessorMade() {
        assertThat(recent.predecessors(NOW)).contains(LATER);
        assertThat(recent.predecessors(LATER)).isEmpty();
    }

    @Test
    void anotherRecipeDoesNotWait() {
        recent.add(student("one"), NOW);
        assertThat(recent.another(student(Recipes.stored("more", false)), NOW)).isEmpty();
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
