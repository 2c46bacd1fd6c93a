package dev.distillery.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class StageObservationTest {
    @Test
    void withoutAJobThereIsNoStage() {
        assertThat(StageObservation.of(null, List.of(), null)).isEqualTo(StageObservation.NONE);
    }

    @Test
    void theStateFollowsTheJobThenThePod() {
        assertThat(observe(job(), List.of()).state()).isEqualTo(State.PENDING);
        assertThat(observe(job(), List.of(pod("a", 0, "Pending"))).state()).isEqualTo(State.PENDING);
        assertThat(observe(job(), List.of(pod("a", 0, "Running"))).state()).isEqualTo(State.RUNNING);
        assertThat(observe(ended("Complete"), List.of()).state()).isEqualTo(State.SUCCEEDED);
        assertThat(observe(ended("Failed"), List.of()).state()).isEqualTo(State.FAILED);
        Job suspended = job().edit().editSpec().withSuspend(true).endSpec().build();
        assertThat(observe(suspended, List.of(pod("a", 0, "Running"))).state()).isEqualTo(State.SUSPENDED);
    }

    @Test
    void aPodThatEndedCountsAsRunningUntilTheJobSaysMore() {
        assertThat(observe(job(), List.of(dead("a", 0, 70, "Error", null))).state())
                .isEqualTo(State.RUNNING);
    }

    @Test
    void theReportIsThatOfTheNewestPod() {
        Pod crashed = dead("z", 0, 70, "Error", null);
        Pod reported = dead("a", 1, 14, "Error", report("GateFailed"));
        StageObservation seen = observe(ended("Failed"), List.of(reported, crashed));
        assertThat(seen.report().reason()).isEqualTo("GateFailed");
        assertThat(seen.attempts()).isEqualTo(2);
        assertThat(seen.trouble()).isNull();
    }

    @Test
    void ofTwoPodsOfOneSecondTheFailedOneCameFirst() {
        Pod crashed = dead("z", 0, 70, "Error", null);
        Pod succeeded = dead("a", 0, 0, "Completed", report("Succeeded"));
        assertThat(observe(ended("Complete"), List.of(crashed, succeeded))
                        .report()
                        .reason())
                .isEqualTo("Succeeded");
    }

    @Test
    void aPodWithoutAReportIsExplained() {
        StageObservation killed = observe(ended("Failed"), List.of(dead("a", 0, 137, "Error", "not a report")));
        assertThat(killed.report()).isNull();
        assertThat(killed.trouble()).contains("137", "kubectl logs a");
        assertThat(observe(ended("Failed"), List.of()).trouble()).isEqualTo("Because: so it is");
    }

    @Test
    void aPodKilledForItsMemoryIsReportedLikeATrainerThatFoundTooLittle() {
        StageObservation killed = observe(ended("Failed"), List.of(dead("a", 0, 137, "OOMKilled", null)));
        assertThat(killed.report().reason()).isEqualTo("OutOfMemory");
        assertThat(killed.report().message()).contains("pod a", "OOMKilled", "spec.compute.memory");
        assertThat(killed.trouble()).isNull();
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
        assertThat(observe(job(), List.of(unscheduled)).trouble()).isEqualTo("Unschedulable: 0/3 nodes: no GPU");
        Pod pulling = pod("a", 0, "Pending")
                .edit()
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
        assertThat(observe(job(), List.of(pulling)).trouble()).isEqualTo("ImagePullBackOff: no such image");
    }

    private static StageObservation observe(Job job, List<Pod> pods) {
        return StageObservation.of(job, pods, null);
    }

    private static Job job() {
        return new JobBuilder()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .endStatus()
                .build();
    }

    private static Job ended(String condition) {
        return job().edit()
                .editStatus()
                .addNewCondition()
                .withType(condition)
                .withStatus("True")
                .withReason("Because")
                .withMessage("so it is")
                .endCondition()
                .endStatus()
                .build();
    }

    private static Pod pod(String name, int second, String phase) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withCreationTimestamp("2026-03-01T12:00:0" + second + "Z")
                .endMetadata()
                .withNewStatus()
                .withPhase(phase)
                .endStatus()
                .build();
    }

    private static Pod dead(String name, int second, int exitCode, String reason, String message) {
        return pod(name, second, exitCode == 0 ? "Succeeded" : "Failed")
                .edit()
                .editStatus()
                .addNewContainerStatus()
                .withNewState()
                .withNewTerminated()
                .withExitCode(exitCode)
                .withReason(reason)
                .withMessage(message)
                .endTerminated()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
    }

    private static String report(String reason) {
        RunReport report =
                new RunReport("r", Stage.STUDENT, reason, "the end", 0.9, false, null, List.of(), List.of(), List.of());
        return new String(ReportJson.terminationMessage(report), StandardCharsets.UTF_8);
    }
}
