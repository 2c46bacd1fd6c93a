package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Kubelet of the one node: starts and ends its pods' processes, and reports on them. */
final class Kubelet {
    private static final Duration RETRY_START = Duration.ofSeconds(1);
    private static final long DEFAULT_GRACE_PERIOD_SECONDS = 30;

    private final KubernetesClient client;
    private final ReconcileLoop loop;
    private final Processes processes;
    private final ContainerSetup setup;
    private final EventRecorder events;
    private final PodStatuses statuses;
    private final Set<PodId> ending = new HashSet<>();

    Kubelet(
            KubernetesClient client,
            ReconcileLoop loop,
            Processes processes,
            ContainerSetup setup,
            EventRecorder events,
            Clock clock) {
        this.client = client;
        this.loop = loop;
        this.processes = processes;
        this.setup = setup;
        this.events = events;
        this.statuses = new PodStatuses(clock);
    }

    void reconcile(PodId id) {
        Optional<Pod> found = find(id);
        Optional<PodProcess> process = processes.of(id);
        if (found.isEmpty()) {
            process.ifPresent(PodProcess::kill);
            return;
        }
        Pod pod = found.get();
        boolean terminating = pod.getMetadata().getDeletionTimestamp() != null;
        if (terminating && process.isPresent()) {
            end(id, pod, process.get());
        } else if (terminating) {
            confirmDeletion(id, pod);
        } else if (PodStatuses.isWaiting(pod)
                && EmbeddedNode.NAME.equals(pod.getSpec().getNodeName())) {
            if (process.isPresent()) {
                reportRunning(id, pod, process.get());
            } else {
                start(id, pod);
            }
        }
    }

    private void start(PodId id, Pod pod) {
        try {
            PodProcess process = launch(id, pod);
            var unused = process.onExit().thenRun(() -> loop.submit(() -> finish(id, process)));
            reportRunning(id, pod, process);
            AccountTokens.renewal(pod).ifPresent(delay -> loop.submitAfter(delay, () -> renewTokens(id, process)));
        } catch (StartFailure failure) {
            if (writeStatus(id, status -> statuses.waiting(status, pod, failure))) {
                events.warning(pod, "Failed", "Error: %s: %s".formatted(failure.reason(), failure.getMessage()));
            }
            if (failure.mayPass()) {
                loop.submitAfter(RETRY_START, () -> reconcile(id));
            }
        }
    }

    private PodProcess launch(PodId id, Pod pod) throws StartFailure {
        try {
            return processes.start(id, setup.prepare(pod));
        } catch (UncheckedIOException e) {
            throw StartFailure.configuration(e.getMessage() + " (" + e.getCause() + ")");
        }
    }

    private void renewTokens(PodId id, PodProcess process) {
        Optional<Pod> pod = find(id).filter(found -> process.isAlive());
        if (pod.isEmpty()) {
            return;
        }
        Optional<Duration> next = AccountTokens.renewal(pod.get());
        try {
            setup.renewTokens(pod.get());
        } catch (StartFailure failure) {
            events.warning(pod.get(), "FailedMount", failure.getMessage());
            next = Optional.of(RETRY_START);
        }
        next.ifPresent(delay -> loop.submitAfter(delay, () -> renewTokens(id, process)));
    }

    private void reportRunning(PodId id, Pod pod, PodProcess process) {
        writeStatus(id, status -> statuses.running(status, pod, process.pid()));
        events.normal(pod, "Started", "Started process " + process.pid());
    }

    private void finish(PodId id, PodProcess process) {
        process.kill();
        find(id).ifPresent(pod -> writeStatus(id, status -> statuses.terminated(status, pod, process)));
        processes.forget(id);
        ending.remove(id);
        find(id).filter(pod -> pod.getMetadata().getDeletionTimestamp() != null)
                .ifPresent(pod -> confirmDeletion(id, pod));
    }

    private void end(PodId id, Pod pod, PodProcess process) {
        if (ending.add(id)) {
            process.terminate();
            events.normal(pod, "Killing", "Stopping process " + process.pid());
        }
        long graceSeconds = Optional.ofNullable(pod.getMetadata().getDeletionGracePeriodSeconds())
                .orElse(DEFAULT_GRACE_PERIOD_SECONDS);
        loop.submitAfter(Duration.ofSeconds(graceSeconds), () -> {
            if (process.isAlive()) {
                process.kill();
            }
        });
    }

    /** The object may go: its process has ended, or never was. */
    private void confirmDeletion(PodId id, Pod pod) {
        Long grace = pod.getMetadata().getDeletionGracePeriodSeconds();
        if (PodStatuses.isWaiting(pod) && EmbeddedNode.NAME.equals(pod.getSpec().getNodeName())) {
            writeStatus(id, statuses::deletedBeforeStart);
        }
        if (grace != null && grace > 0) {
            resource(id).withGracePeriod(0).delete();
        }
    }

    private Optional<Pod> find(PodId id) {
        return Optional.ofNullable(resource(id).get())
                .filter(pod -> pod.getMetadata().getUid().equals(id.uid()));
    }

    private PodResource resource(PodId id) {
        return client.pods().inNamespace(id.namespace()).withName(id.name());
    }

    /** @return whether the status is another one now */
    private boolean writeStatus(PodId id, UnaryOperator<PodStatus> change) {
        Optional<Pod> found = find(id);
        if (found.isEmpty()) {
            return false;
        }
        PodStatus wanted = change.apply(found.get().getStatus());
        if (wanted.equals(found.get().getStatus())) {
            return false;
        }
        resource(id).editStatus(pod -> new PodBuilder(pod).withStatus(wanted).build());
        return true;
    }
}
