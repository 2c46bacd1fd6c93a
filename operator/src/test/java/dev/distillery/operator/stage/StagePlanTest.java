package dev.distillery.operator.stage;

import static dev.distillery.operator.stage.Plans.recipe;
import static dev.distillery.operator.stage.Plans.student;
import static dev.distillery.operator.stage.Plans.teacher;
import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.Recipes;
import dev.distillery.recipe.TrainingRecipe;
import org.junit.jupiter.api.Test;

class StagePlanTest {
    @Test
    void neitherSuspendingNorRetentionMakesAnotherRunAndAnyOtherChangeDoes() {
        TrainingRecipe suspended = Recipes.stored("photos", true);
        suspended.setSpec(suspended.getSpec().withSuspend(true));
        assertThat(StagePlan.runId(suspended)).isEqualTo(StagePlan.runId(recipe()));
        TrainingRecipe kept = Recipes.stored("photos", true);
        Recipes.with(kept, "/retention/podsAfterFinish", "7d");
        Recipes.with(kept, "/retention/checkpoints", "keep");
        assertThat(StagePlan.runId(kept)).isEqualTo(StagePlan.runId(recipe()));
        TrainingRecipe seeded = Recipes.stored("photos", true);
        seeded.setSpec(seeded.getSpec().withTraining(seeded.getSpec().training().withSeed(9)));
        assertThat(StagePlan.runId(seeded)).isNotEqualTo(StagePlan.runId(recipe()));
        assertThat(StagePlan.runId(Recipes.stored("other", true))).isNotEqualTo(StagePlan.runId(recipe()));
    }

    @Test
    void namesFitWhereKubernetesPutsThem() {
        StagePlan plan = student(Recipes.stored("a".repeat(40), true)).withAttempt(101);
        // The pod's name adds six characters, and the label job-name holds at most 63.
        assertThat(plan.name()).hasSizeLessThanOrEqualTo(63);
        assertThat(plan.labels().values()).allSatisfy(value -> assertThat(value).hasSizeLessThanOrEqualTo(63));
    }

    @Test
    void aTeacherHasNoControllerForItMayHaveSeveralOwners() {
        assertThat(teacher().owner().getController()).isNull();
        assertThat(student().owner().getController()).isTrue();
        assertThat(teacher().name()).startsWith("teacher-").doesNotContain("photos");
    }
}
