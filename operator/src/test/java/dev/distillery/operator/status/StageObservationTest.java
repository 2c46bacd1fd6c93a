package dev.distillery.operator.status;

import static dev.distillery.operator.status.Attempts.FAILED_AT;
import static dev.distillery.operator.status.Attempts.dead;
import static dev.distillery.operator.status.Attempts.ended;
import static dev.distillery.operator.status.Attempts.failed;
import static dev.distillery.operator.status.Attempts.job;
import static dev.distillery.operator.status.Attempts.observe;
import static dev.distillery.operator.status.Attempts.pod;
import static dev.distillery.operator.status.Attempts.report;
import static dev.distillery.operator.status.Attempts.suspended;
import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.Recipes;
import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.recipe.TrainingRecipe;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.junit.jupiter.api.Test;

class StageObservationTest {
    @Test
    void theStateFollowsTheJobThenThePod() {
        assertThat(observe(job()).state()).isEqualTo(State.PENDING);
        assertThat(observe(job(), pod("a", 0, "Pending")).state()).isEqualTo(State.PENDING);
        assertThat(observe(job(), pod("a", 0, "Running")).state()).isEqualTo(State.RUNNING);
        assertThat(observe(ended("Complete", "CompletionsReached"), dead("a", 0, 0, "Completed", null))
                        .state())
                .isEqualTo(State.SUCCEEDED);
        assertThat(observe(suspended(job()), pod("a", 0, "Failed")).state()).isEqualTo(State.SUSPENDED);
    }

    @Test
    void aPodThatStillRunsInASuspendedJobIsSavingItself() {
        StageObservation stopping = observe(suspended(job()), pod("a", 0, "Running"));
        assertThat(stopping.state()).isEqualTo(State.SUSPENDED);
        assertThat(stopping.waiting()).isEqualTo(new Waiting("Stopping", "pod a saves itself and ends"));
    }

    @Test
    void aSuspendedJobWithAQueueWaitsForIt() {
        TrainingRecipe recipe = Recipes.inQueue(Recipes.stored("photos", false), "team-a");
        assertThat(observe(job(recipe)).state()).isEqualTo(State.QUEUED);
        assertThat(observe(job(recipe)).waiting().message()).contains("team-a");
    }

    @Test
    void aPodThatEndedCountsAsRunningUntilTheJobSaysMore() {
        assertThat(observe(job(), dead("a", 0, 70, "Error", null)).state()).isEqualTo(State.RUNNING);
    }

    @Test
    void aJobThatEndedBeforeItsPodIsSeenToEndIsNotOverYet() {
        assertThat(observe(ended("Complete", "CompletionsReached"), pod("a", 0, "Running"))
                        .state())
                .isEqualTo(State.RUNNING);
        assertThat(observe(failed("PodFailurePolicy"), pod("a", 0, "Pending")).state())
                .isEqualTo(State.RUNNING);
    }

    @Test
    void theReportIsThatOfTheNewestPod() {
        Pod crashed = dead("z", 0, 70, "Error", null);
        Pod reported = dead("a", 1, 14, "Error", report("GateFailed"));
        StageObservation seen = observe(failed("PodFailurePolicy"), reported, crashed);
        assertThat(seen.report().reason()).isEqualTo("GateFailed");
        assertThat(seen.failure().pod()).isEqualTo("a");
        assertThat(seen.state()).isEqualTo(State.FAILED);
    }

    @Test
    void ofTwoPodsOfOneSecondTheFailedOneCameFirst() {
        Pod crashed = dead("z", 0, 143, "Error", null);
        Pod succeeded = dead("a", 0, 0, "Completed", report("Succeeded"));
        assertThat(observe(ended("Complete", "CompletionsReached"), crashed, succeeded)
                        .report()
                        .reason())
                .isEqualTo("Succeeded");
    }

    @Test
    void podsOfAJobOfTheSameNameThatWasDeletedAreNotThisJobs() {
        Pod other = pod("a", 0, "Running")
                .edit()
                .editMetadata()
                .editFirstOwnerReference()
                .withUid("another")
                .endOwnerReference()
                .endMetadata()
                .build();
        assertThat(observe(job(), other).state()).isEqualTo(State.PENDING);
    }

    @Test
    void whyAPodWaitsIsKept() {
        Pod unscheduled = pod("a", 0, "Pending")
                .edit()
                .editStatus()
                .addNewCondition()
                .withType("PodScheduled")
                .withStatus("False")
                .withReason("Unschedulable")
                .withMessage("0/3 nodes: no GPU")
                .endCondition()
                .endStatus()
                .build();
        assertThat(observe(job(), unscheduled).waiting()).isEqualTo(new Waiting("Unschedulable", "0/3 nodes: no GPU"));
        assertThat(observe(job(), unscheduled).scheduled()).isFalse();
        Pod pulling = pod("a", 0, "Pending")
                .edit()
                .withNewSpec()
                .withNodeName("node")
                .endSpec()
                .editStatus()
                .addNewContainerStatus()
                .withNewState()
                .withNewWaiting()
                .withReason("ImagePullBackOff")
                .withMessage("no such image")
                .endWaiting()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
        assertThat(observe(job(), pulling).waiting()).isEqualTo(new Waiting("ImagePullBackOff", "no such image"));
        assertThat(observe(job(), pulling).scheduled()).isTrue();
    }

    @Test
    void aSchedulerThatIsNotThereIsNamed() {
        assertThat(observe(job(), ofScheduler("volcano", null)).waiting().toString())
                .isEqualTo(
                        "WaitingForScheduler: scheduler volcano (spec.compute.schedulerName) has not looked at pod a");
        assertThat(observe(job(), ofScheduler("volcano", "node")).waiting()).isNull();
        assertThat(observe(job(), ofScheduler("default-scheduler", null)).waiting())
                .isNull();
    }

    private static Pod ofScheduler(String scheduler, String node) {
        return pod("a", 0, "Pending")
                .edit()
                .withNewSpec()
                .withSchedulerName(scheduler)
                .withNodeName(node)
                .endSpec()
                .build();
    }

    @Test
    void aJobThatIsBeingDeletedIsWaitedFor() {
        Job going = job().edit()
                .editMetadata()
                .withDeletionTimestamp(FAILED_AT)
                .endMetadata()
                .build();
        assertThat(observe(going, pod("a", 0, "Running")).waiting().reason()).isEqualTo("JobDeleted");
    }

    @Test
    void aPodThatItsNodeDoesNotEndIsLost() {
        StageObservation ending = observe(job(), deleted("2026-03-01T12:09:31Z"));
        assertThat(ending.state()).isEqualTo(State.RUNNING);
        StageObservation lost = observe(job(), deleted("2026-03-01T12:09:30Z"));
        assertThat(lost.state()).isEqualTo(State.PENDING);
        assertThat(lost.waiting().reason()).isEqualTo("NodeLost");
        assertThat(lost.waiting().message()).contains("pod a", "node gpu-7", "out-of-service");
        StageObservation suspended = observe(suspended(job()), deleted("2026-03-01T12:09:30Z"));
        assertThat(suspended.state()).isEqualTo(State.SUSPENDED);
        assertThat(suspended.waiting().reason()).isEqualTo("NodeLost");
    }

    private static Pod deleted(String by) {
        return pod("a", 0, "Running")
                .edit()
                .editMetadata()
                .withDeletionTimestamp(by)
                .endMetadata()
                .withNewSpec()
                .withNodeName("gpu-7")
                .endSpec()
                .build();
    }
}
