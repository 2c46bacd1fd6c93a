package dev.distillery.operator.status;

import dev.distillery.report.ExitCode;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A stage as the cluster shows it.
 *
 * @param attempts pods started so far
 * @param report what the newest pod said at its end, or what the kubelet said of one that took too much memory to say it
 *     itself; null if nothing is known (yet)
 * @param progress what the running pod pushed last; null if nothing is known
 * @param trouble why the newest pod waits, or ended without a report; null if there is nothing to say
 */
public record StageObservation(State state, int attempts, RunReport report, ProgressReport progress, String trouble) {

    public enum State {
        /** There is no Job. */
        ABSENT,
        SUSPENDED,
        /** No pod runs yet. */
        PENDING,
        RUNNING,
        SUCCEEDED,
        FAILED
    }

    private static final String OOM_KILLED = "OOMKilled";

    public static final StageObservation NONE = new StageObservation(State.ABSENT, 0, null, null, null);

    /** @param job null if there is none; {@code pods} are its, {@code progress} may be null */
    public static StageObservation of(Job job, List<Pod> pods, ProgressReport progress) {
        if (job == null) {
            return NONE;
        }
        Optional<Pod> newest = pods.stream()
                .max(Comparator.comparing((Pod pod) -> pod.getMetadata().getCreationTimestamp())
                        .thenComparing(pod -> !failed(pod)));
        State state = state(job, newest);
        RunReport report = newest.flatMap(pod -> report(pod).or(() -> killedForMemory(pod)))
                .orElse(null);
        String trouble = report != null && state != State.PENDING
                ? null
                : newest.flatMap(StageObservation::trouble).orElse(null);
        if (state == State.FAILED && report == null && trouble == null) {
            trouble = condition(job, "Failed").orElse("the Job failed");
        }
        return new StageObservation(state, pods.size(), report, progress, trouble);
    }

    /** Timestamps are whole seconds: of two pods of one second, the failed one came first. */
    private static boolean failed(Pod pod) {
        return pod.getStatus() != null && "Failed".equals(pod.getStatus().getPhase());
    }

    private static State state(Job job, Optional<Pod> newest) {
        if (condition(job, "Complete").isPresent()) {
            return State.SUCCEEDED;
        }
        if (condition(job, "Failed").isPresent()) {
            return State.FAILED;
        }
        if (Boolean.TRUE.equals(job.getSpec().getSuspend())) {
            return State.SUSPENDED;
        }
        // A pod that has ended still counts until the Job says what that means: it may start another.
        boolean running = newest.map(pod -> pod.getStatus())
                .filter(status -> status.getPhase() != null && !"Pending".equals(status.getPhase()))
                .isPresent();
        return running ? State.RUNNING : State.PENDING;
    }

    /** @return the message of a Job's condition that is true */
    private static Optional<String> condition(Job job, String type) {
        if (job.getStatus() == null) {
            return Optional.empty();
        }
        return job.getStatus().getConditions().stream()
                .filter(c -> type.equals(c.getType()) && "True".equals(c.getStatus()))
                .map(c -> c.getReason() + ": " + c.getMessage())
                .findFirst();
    }

    private static Optional<RunReport> report(Pod pod) {
        return terminated(pod).map(ContainerStateTerminated::getMessage).flatMap(message -> {
            try {
                return Optional.of(ReportJson.readRun(message));
            } catch (IOException e) {
                return Optional.empty();
            }
        });
    }

    private static Optional<RunReport> killedForMemory(Pod pod) {
        return terminated(pod)
                .filter(end -> OOM_KILLED.equals(end.getReason()))
                .map(end -> new RunReport(
                        null,
                        null,
                        ExitCode.OUT_OF_MEMORY.reason(),
                        "pod " + pod.getMetadata().getName() + " was killed (" + OOM_KILLED
                                + "): it needs more than spec.compute.memory; raise that, or lower"
                                + " spec.training.batchSize",
                        null,
                        false,
                        null,
                        List.of(),
                        List.of(),
                        List.of()));
    }

    private static Optional<ContainerStateTerminated> terminated(Pod pod) {
        return containers(pod)
                .map(ContainerStatus::getState)
                .filter(state -> state != null)
                .map(ContainerState::getTerminated)
                .filter(terminated -> terminated != null)
                .findFirst();
    }

    private static Stream<ContainerStatus> containers(Pod pod) {
        return pod.getStatus() == null ? Stream.empty() : pod.getStatus().getContainerStatuses().stream();
    }

    private static Optional<String> trouble(Pod pod) {
        if (pod.getStatus() == null) {
            return Optional.empty();
        }
        Optional<String> ended = terminated(pod)
                .filter(end -> end.getExitCode() != 0)
                .map(end -> "pod " + pod.getMetadata().getName() + " ended with exit code " + end.getExitCode() + " ("
                        + end.getReason() + ") and no report; see kubectl logs "
                        + pod.getMetadata().getName());
        Optional<String> waiting = containers(pod)
                .map(ContainerStatus::getState)
                .filter(state -> state != null && state.getWaiting() != null)
                .map(state -> state.getWaiting().getReason() + ": "
                        + state.getWaiting().getMessage())
                .findFirst();
        Optional<String> unscheduled = pod.getStatus().getConditions().stream()
                .filter(c -> "PodScheduled".equals(c.getType()) && "False".equals(c.getStatus()))
                .map(c -> c.getReason() + ": " + c.getMessage())
                .findFirst();
        return ended.or(() -> waiting).or(() -> unscheduled);
    }
}
