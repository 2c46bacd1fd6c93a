package dev.distillery.operator.status;

import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** What a trainer's pod shows. */
public record TrainerPod(Pod pod) {
    private static final String DEFAULT_SCHEDULER = "default-scheduler";
    /** A kubelet that is there has ended a deleted pod so long after its grace period. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Timestamps are whole seconds: of two pods of one second, the one that is not done is the newer, else the one that succeeded. */
    static final Comparator<TrainerPod> BY_AGE = Comparator.comparing(
                    (TrainerPod p) -> p.pod().getMetadata().getCreationTimestamp())
            .thenComparing(TrainerPod::live)
            .thenComparing(p -> !p.failed());

    public String name() {
        return pod.getMetadata().getName();
    }

    public Instant created() {
        return Instant.parse(pod.getMetadata().getCreationTimestamp());
    }

    /** @return whether it computes, or may yet; a pod that is being deleted does until it has ended */
    public boolean live() {
        return !failed() && !"Succeeded".equals(phase());
    }

    /** A Job that is deleted and made again has its name again, and the old one's pods may still be ending. */
    public boolean belongsTo(Job job) {
        return pod.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getUid().equals(job.getMetadata().getUid()));
    }

    /** @return when it counts as lost with its node, unless it ends before; empty if nobody deleted it */
    public Optional<Instant> lostAt() {
        String end = pod.getMetadata().getDeletionTimestamp();
        return end == null || !live() || !scheduled()
                ? Optional.empty()
                : Optional.of(Instant.parse(end).plus(PATIENCE));
    }

    /** @return what to do about it, if it is lost */
    public Optional<Waiting> lost(Instant now) {
        return lostAt().filter(at -> !now.isBefore(at))
                .map(at -> new Waiting(
                        "NodeLost",
                        ("pod %s was to end by %s, and node %s has not said that it did: it may still write; if the node is"
                                        + " gone, delete its Node or taint it node.kubernetes.io/out-of-service, and another"
                                        + " pod goes on from the checkpoint")
                                .formatted(
                                        name(),
                                        pod.getMetadata().getDeletionTimestamp(),
                                        pod.getSpec() == null
                                                ? null
                                                : pod.getSpec().getNodeName())));
    }

    boolean failed() {
        return "Failed".equals(phase());
    }

    boolean started() {
        return !phase().isEmpty() && !"Pending".equals(phase());
    }

    boolean scheduled() {
        return pod.getSpec() != null && pod.getSpec().getNodeName() != null || started();
    }

    Optional<ContainerStateTerminated> end() {
        return containers()
                .map(ContainerStatus::getState)
                .filter(state -> state != null)
                .map(ContainerState::getTerminated)
                .filter(terminated -> terminated != null)
                .findFirst();
    }

    /** @return what the trainer said at its end; empty if it did not, or not in our words */
    Optional<RunReport> report() {
        return end().map(ContainerStateTerminated::getMessage).flatMap(message -> {
            try {
                return Optional.of(ReportJson.readRun(message));
            } catch (IOException e) {
                return Optional.empty();
            }
        });
    }

    /** @return what the cluster says of a pod that it stopped itself: preempted, evicted, lost with its node */
    Optional<PodCondition> disruption() {
        return condition("DisruptionTarget", "True");
    }

    Optional<Waiting> waiting() {
        Optional<Waiting> container = containers()
                .map(ContainerStatus::getState)
                .filter(state -> state != null && state.getWaiting() != null)
                .map(state -> new Waiting(
                        state.getWaiting().getReason(), state.getWaiting().getMessage()))
                .findFirst();
        return container
                .or(() -> condition("PodScheduled", "False").map(c -> new Waiting(c.getReason(), c.getMessage())))
                .or(this::ignored);
    }

    /** A scheduler that a recipe names may not be there, and then nobody says anything of the pod. */
    private Optional<Waiting> ignored() {
        String scheduler = pod.getSpec() == null ? null : pod.getSpec().getSchedulerName();
        return scheduler == null || scheduler.equals(DEFAULT_SCHEDULER) || scheduled()
                ? Optional.empty()
                : Optional.of(new Waiting(
                        "WaitingForScheduler",
                        "scheduler %s (spec.compute.schedulerName) has not looked at pod %s"
                                .formatted(scheduler, name())));
    }

    private String phase() {
        return pod.getStatus() == null || pod.getStatus().getPhase() == null
                ? ""
                : pod.getStatus().getPhase();
    }

    private Optional<PodCondition> condition(String type, String status) {
        return pod.getStatus() == null
                ? Optional.empty()
                : pod.getStatus().getConditions().stream()
                        .filter(c -> type.equals(c.getType()) && status.equals(c.getStatus()))
                        .findFirst();
    }

    private Stream<ContainerStatus> containers() {
        return pod.getStatus() == null ? Stream.empty() : pod.getStatus().getContainerStatuses().stream();
    }
}
