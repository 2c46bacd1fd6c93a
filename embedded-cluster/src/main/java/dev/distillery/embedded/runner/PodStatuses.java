package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;

/** The statuses that a pod goes through. A condition keeps its transition time while its status stays. */
final class PodStatuses {
    private static final Set<String> FINAL_PHASES = Set.of("Succeeded", "Failed");
    private static final String DISRUPTION = "DisruptionTarget";
    private static final List<String> READINESS = List.of("Initialized", "ContainersReady", "Ready");

    private final Clock clock;

    PodStatuses(Clock clock) {
        this.clock = clock;
    }

    static boolean isFinal(Pod pod) {
        return FINAL_PHASES.contains(phase(pod));
    }

    static boolean isWaiting(Pod pod) {
        return phase(pod).equals("Pending") || phase(pod).isEmpty();
    }

    static boolean isReady(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
    }

    static String phase(Pod pod) {
        PodStatus status = pod.getStatus();
        return status == null || status.getPhase() == null ? "" : status.getPhase();
    }

    PodStatus unschedulable(PodStatus before, String message) {
        return new PodStatusBuilder(before)
                .withPhase("Pending")
                .withConditions(condition(before, "PodScheduled", "False", "Unschedulable", message))
                .build();
    }

    PodStatus waiting(PodStatus before, Pod pod, StartFailure failure) {
        ContainerState state = new ContainerStateBuilder()
                .withNewWaiting(failure.getMessage(), failure.reason())
                .build();
        return new PodStatusBuilder(before)
                .withPhase("Pending")
                .withConditions(
                        condition(before, "PodScheduled", "True", null, null),
                        condition(before, "Ready", "False", "ContainersNotReady", null))
                .withContainerStatuses(container(pod, state, false).build())
                .build();
    }

    PodStatus running(PodStatus before, Pod pod, long pid) {
        ContainerState state = new ContainerStateBuilder().withNewRunning(now()).build();
        return new PodStatusBuilder(before)
                .withPhase("Running")
                .withStartTime(now())
                .withHostIP(EmbeddedNode.ADDRESS)
                .withPodIP(EmbeddedNode.ADDRESS)
                .withConditions(
                        condition(before, "PodScheduled", "True", null, null),
                        condition(before, "Initialized", "True", null, null),
                        condition(before, "ContainersReady", "True", null, null),
                        condition(before, "Ready", "True", null, null))
                .withContainerStatuses(container(pod, state, true)
                        .withContainerID("process://" + pid)
                        .build())
                .build();
    }

    PodStatus terminated(PodStatus before, Pod pod, PodProcess process) {
        boolean succeeded = process.exitCode() == 0;
        String reason = succeeded ? "Completed" : "Error";
        ContainerStatus running = before.getContainerStatuses().isEmpty()
                ? container(pod, new ContainerState(), true).build()
                : before.getContainerStatuses().get(0);
        String startedAt = running.getState().getRunning() == null
                ? now()
                : running.getState().getRunning().getStartedAt();
        // Who disrupts a pod says so in a condition, before the pod ends.
        List<PodCondition> others = before.getConditions().stream()
                .filter(condition -> condition.getType().equals(DISRUPTION))
                .toList();
        PodStatusBuilder builder = new PodStatusBuilder(before)
                .withPhase(succeeded ? "Succeeded" : "Failed")
                .withConditions(others)
                .addToConditions(condition(before, "PodScheduled", "True", null, null));
        for (String type : READINESS) {
            boolean stays = type.equals("Initialized");
            builder.addToConditions(
                    condition(before, type, stays ? "True" : "False", succeeded ? "PodCompleted" : "PodFailed", null));
        }
        return builder.withContainerStatuses(new ContainerStatusBuilder(running)
                        .withReady(false)
                        .withStarted(false)
                        .withNewState()
                        .withNewTerminated()
                        .withContainerID(running.getContainerID())
                        .withExitCode(process.exitCode())
                        .withReason(reason)
                        .withMessage(TerminationMessage.read(process.terminationMessage()))
                        .withStartedAt(startedAt)
                        .withFinishedAt(now())
                        .endTerminated()
                        .endState()
                        .build())
                .build();
    }

    /** As a kubelet (from Kubernetes 1.27) says it, so that the Job's controller may replace the pod. */
    PodStatus deletedBeforeStart(PodStatus before) {
        return new PodStatusBuilder(before)
                .withPhase("Failed")
                .withMessage("the pod was deleted before its process was started")
                .build();
    }

    private static ContainerStatusBuilder container(Pod pod, ContainerState state, boolean started) {
        Container container = pod.getSpec().getContainers().get(0);
        return new ContainerStatusBuilder()
                .withName(container.getName())
                .withImage(container.getImage())
                .withImageID("")
                .withReady(started)
                .withStarted(started)
                .withRestartCount(0)
                .withState(state);
    }

    private PodCondition condition(PodStatus before, String type, String status, String reason, String message) {
        String since = before.getConditions().stream()
                .filter(old -> old.getType().equals(type) && old.getStatus().equals(status))
                .map(PodCondition::getLastTransitionTime)
                .findFirst()
                .orElseGet(this::now);
        return new PodConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(reason)
                .withMessage(message)
                .withLastTransitionTime(since)
                .build();
    }

    private String now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
