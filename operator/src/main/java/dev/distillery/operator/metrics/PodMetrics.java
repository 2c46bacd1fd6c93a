package dev.distillery.operator.metrics;

import dev.distillery.operator.leader.Leadership;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.report.ExitCode;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.ReportJson;
import dev.distillery.report.Stage;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * What became of trainer pods. Each is counted once, by the replica that leads when it ends; pods that ended before this
 * process began were counted by another, or were not.
 */
public final class PodMetrics {
    private static final Set<String> KUBELET_REASONS = Set.of("OOMKilled", "Evicted", "DeadlineExceeded", "NodeLost");
    private static final Set<String> STAGES =
            Arrays.stream(Stage.values()).map(Stage::toString).collect(Collectors.toUnmodifiableSet());

    private final MeterRegistry meters;
    private final Leadership leadership;
    private final Clock clock;
    private final Instant since;
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private final Set<String> stepped = ConcurrentHashMap.newKeySet();

    public PodMetrics(MeterRegistry meters, Leadership leadership, Clock clock) {
        this.meters = meters;
        this.leadership = leadership;
        this.clock = clock;
        this.since = clock.instant();
    }

    /** A pod came or changed. */
    public void observed(Pod pod) {
        Optional<ContainerStateTerminated> end = terminated(pod);
        Instant finished = end.map(state -> time(state.getFinishedAt())).orElse(null);
        if (finished != null && !finished.isBefore(since) && ended.add(uid(pod)) && leadership.leads()) {
            count(pod, end.get(), finished);
        }
    }

    /** A pod is gone. */
    public void deleted(Pod pod) {
        if (ended.add(uid(pod))
                && leadership.leads()
                && start(pod) != null
                && terminated(pod).isEmpty()) {
            count(pod, null, clock.instant());
        }
        ended.remove(uid(pod));
        stepped.remove(uid(pod));
    }

    /** A pod reported. */
    public void reported(Pod pod, ProgressReport report) {
        Instant created = time(pod.getMetadata().getCreationTimestamp());
        if (report.step() > 0 && stepped.add(uid(pod)) && created != null && !created.isBefore(since)) {
            timer("distillery.time.to.first.step", "stage", stage(pod)).record(between(created, clock.instant()));
        }
    }

    /** @return extended resources, which is what GPUs are, that the pod holds while it runs */
    static long gpus(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .filter(container -> container.getResources() != null)
                .flatMap(container -> container.getResources().getLimits().entrySet().stream())
                .filter(limit -> limit.getKey().contains("/"))
                .map(Map.Entry::getValue)
                .map(Quantity::getNumericalAmount)
                .mapToLong(amount -> amount.longValue())
                .sum();
    }

    private void count(Pod pod, ContainerStateTerminated end, Instant finished) {
        String reason = end == null ? "Deleted" : reason(pod, end);
        meters.counter("distillery.attempts.ended", "stage", stage(pod), "reason", reason)
                .increment();
        Instant started = end == null ? start(pod) : time(end.getStartedAt());
        if (started == null) {
            return;
        }
        Duration life = between(started, finished);
        String outcome = ExitCode.SUCCEEDED.reason().equals(reason) ? "succeeded" : "failed";
        timer("distillery.stage.duration", "stage", stage(pod), "outcome", outcome)
                .record(life);
        meters.counter("distillery.gpu.seconds", "stage", stage(pod)).increment(gpus(pod) * (double) life.toSeconds());
    }

    /** Never negative: the API server's clock, a node's and this one may differ. */
    private static Duration between(Instant start, Instant end) {
        return end.isBefore(start) ? Duration.ZERO : Duration.between(start, end);
    }

    private Timer timer(String name, String... tags) {
        return Timer.builder(name)
                .tags(tags)
                .serviceLevelObjectives(
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(10),
                        Duration.ofHours(1),
                        Duration.ofHours(8),
                        Duration.ofDays(2))
                .register(meters);
    }

    /** One of a few words: what a pod says in its termination message must not make series without end. */
    private static String reason(Pod pod, ContainerStateTerminated end) {
        if (end.getReason() != null && KUBELET_REASONS.contains(end.getReason())) {
            return end.getReason();
        }
        String ofPod = pod.getStatus().getReason();
        if (ofPod != null && KUBELET_REASONS.contains(ofPod)) {
            return ofPod;
        }
        return said(end)
                .or(() -> Arrays.stream(ExitCode.values())
                        .filter(code -> code.code() == end.getExitCode())
                        .map(ExitCode::reason)
                        .findFirst())
                .orElse("Unknown");
    }

    private static Optional<String> said(ContainerStateTerminated end) {
        if (end.getMessage() == null) {
            return Optional.empty();
        }
        try {
            String reason = ReportJson.readRun(end.getMessage()).reason();
            return Arrays.stream(ExitCode.values())
                    .map(ExitCode::reason)
                    .filter(known -> known.equals(reason))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<ContainerStateTerminated> terminated(Pod pod) {
        if (pod.getStatus() == null) {
            return Optional.empty();
        }
        return pod.getStatus().getContainerStatuses().stream()
                .filter(status -> status.getState() != null && status.getState().getTerminated() != null)
                .map(status -> status.getState().getTerminated())
                .findFirst();
    }

    private static Instant start(Pod pod) {
        return pod.getStatus() == null ? null : time(pod.getStatus().getStartTime());
    }

    private static Instant time(String text) {
        return text == null ? null : Instant.parse(text);
    }

    /** Whoever makes pods writes their labels: other names than the stages' would be so many time series. */
    private static String stage(Pod pod) {
        String label = pod.getMetadata().getLabels().get(StagePlan.STAGE);
        return STAGES.contains(label) ? label : "Unknown";
    }

    private static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }
}
