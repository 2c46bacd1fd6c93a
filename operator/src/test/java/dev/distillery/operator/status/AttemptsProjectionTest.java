package dev.distillery.operator.status;

import static dev.distillery.operator.status.Stages.NONE;
import static dev.distillery.operator.status.Stages.NOON;
import static dev.distillery.operator.status.Stages.failedBefore;
import static dev.distillery.operator.status.Stages.in;
import static dev.distillery.operator.status.Stages.project;
import static dev.distillery.operator.status.Stages.training;
import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.Recipes;
import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.Resumption;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.status.TrainingRecipeStatus.Failure;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttemptsProjectionTest {
    @Test
    void whatAStopCostIsCountedWhenTheNextPodSpeaks() {
        TrainingRecipe recipe = Recipes.stored("photos", false);
        recipe.setStatus(project(recipe, NONE, training("a", 112, 0, 100L), NOON));
        assertThat(recipe.getStatus().attempts().resumedFromStep()).isNull();
        assertThat(recipe.getStatus().attempts().lostSteps()).isNull();
        recipe.setStatus(project(recipe, NONE, in(Stage.STUDENT, State.PENDING), NOON));
        // The first report of the next pod may come late: its step tells nothing.
        recipe.setStatus(project(recipe, NONE, training("b", 130, 100, 100L), NOON));
        assertThat(recipe.getStatus().attempts().resumedFromStep()).isEqualTo(100);
        assertThat(recipe.getStatus().attempts().lostSteps()).isEqualTo(12);
        recipe.setStatus(project(recipe, NONE, training("b", 140, 100, 135L), NOON));
        assertThat(recipe.getStatus().attempts().lostSteps()).isEqualTo(12);
        assertThat(recipe.getStatus().attempts().lastCheckpointStep()).isEqualTo(135);
        recipe.setStatus(project(recipe, NONE, training("c", 136, 135, 135L), NOON));
        assertThat(recipe.getStatus().attempts().resumedFromStep()).isEqualTo(135);
        assertThat(recipe.getStatus().attempts().lostSteps()).isEqualTo(5);
    }

    @Test
    void whatAPodSaidAtItsEndOutlivesItThoughWhatItPushedBeforeIsStillThere() {
        TrainingRecipe recipe = Recipes.stored("photos", false);
        StageObservation pushed = training("a", 112, 0, 100L);
        recipe.setStatus(project(recipe, NONE, pushed, NOON));
        RunReport saved = new RunReport(
                "r",
                Stage.STUDENT,
                "Interrupted",
                "saved",
                0.8,
                false,
                null,
                List.of(),
                List.of(),
                List.of(),
                new Resumption("a", 0, 113L, null));
        StageObservation ended =
                new StageObservation(State.RUNNING, 1, saved, pushed.progress(), null, null, null, true);
        recipe.setStatus(project(recipe, NONE, ended, NOON));
        assertThat(recipe.getStatus().attempts().lastCheckpointStep()).isEqualTo(113);
        recipe.setStatus(project(recipe, NONE, pushed, NOON));
        assertThat(recipe.getStatus().attempts().lastCheckpointStep()).isEqualTo(113);
        // Its newest checkpoint could not be read.
        recipe.setStatus(project(recipe, NONE, training("b", 101, 100, 100L), NOON));
        assertThat(recipe.getStatus().attempts().lastCheckpointStep()).isEqualTo(100);
    }

    @Test
    void anEarlierAttemptsFailureIsNotTheLastThoughOnlyItsPodIsLeft() {
        TrainingRecipe recipe = Recipes.stored("photos", false);
        Failure first = new Failure(Stage.STUDENT, 1, "PodFailed", "why", 1, "a");
        Failure second = new Failure(Stage.STUDENT, 2, "EvictionByEvictionAPI", "why", 143, "b");
        Failure third = new Failure(Stage.STUDENT, 3, "PodFailed", "why", 1, "c");
        for (Failure seen : List.of(first, second, first)) {
            recipe.setStatus(project(recipe, NONE, failedBefore(seen), NOON));
        }
        assertThat(recipe.getStatus().attempts().lastFailure()).isEqualTo(second);
        assertThat(project(recipe, NONE, failedBefore(third), NOON).attempts().lastFailure())
                .isEqualTo(third);
    }

    @Test
    void aTeachersFailureIsNotTheLastThoughTheStudentsPodThatFailedIsGone() {
        TrainingRecipe recipe = Recipes.stored("photos", true);
        Failure teachers = new Failure(Stage.TEACHER, 1, "PodFailed", "why", 1, "t");
        StageObservation teacher = new StageObservation(State.SUCCEEDED, 2, null, null, null, teachers, null, true);
        Failure students = new Failure(Stage.STUDENT, 1, "EvictionByEvictionAPI", "why", 143, "s");
        recipe.setStatus(project(recipe, teacher, failedBefore(students), NOON));
        recipe.setStatus(project(recipe, teacher, in(Stage.STUDENT, State.RUNNING), NOON));
        assertThat(recipe.getStatus().attempts().lastFailure()).isEqualTo(students);
    }

    @Test
    void theCheckpointOfOneThatBeganAnewIsTheLastThoughItHasFewerSteps() {
        TrainingRecipe recipe = Recipes.stored("photos", false);
        recipe.setStatus(project(recipe, NONE, training("a", 500, 0, 480L, "2026-03-01T12:00:00Z"), NOON));
        recipe.setStatus(project(recipe, NONE, training("a", 90, 0, 80L, "2026-03-01T12:05:00Z"), NOON));
        assertThat(recipe.getStatus().attempts().lastCheckpointStep()).isEqualTo(80);
        recipe.setStatus(project(recipe, NONE, training("a", 70, 0, 60L, "2026-03-01T12:04:00Z"), NOON));
        assertThat(recipe.getStatus().attempts().lastCheckpointStep())
                .as("said before that, heard later")
                .isEqualTo(80);
    }

    @Test
    void theLastFailureOutlivesItsPodAndARequestedStopIsNone() {
        TrainingRecipe recipe = Recipes.stored("photos", false);
        Failure preempted = new Failure(Stage.STUDENT, 1, "PreemptionByScheduler", "why", 143, "a");
        recipe.setStatus(project(recipe, NONE, failedBefore(preempted), NOON));
        recipe.setStatus(project(recipe, NONE, in(Stage.STUDENT, State.RUNNING), NOON));
        assertThat(recipe.getStatus().attempts().lastFailure()).isEqualTo(preempted);
        recipe.setSpec(recipe.getSpec().withSuspend(true));
        Failure stopped = new Failure(Stage.STUDENT, 1, "Interrupted", "a checkpoint is written", 143, "b");
        assertThat(project(recipe, NONE, failedBefore(stopped), NOON).attempts().lastFailure())
                .isEqualTo(preempted);
    }
}
