package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Gives pods to the one node, first come, first served, as far as its GPUs go. */
final class Scheduler {
    private final KubernetesClient client;
    private final GpuCapacity gpus;
    private final EventRecorder events;
    private final PodStatuses statuses;
    private final Set<PodId> waiting = new LinkedHashSet<>();

    Scheduler(KubernetesClient client, GpuCapacity gpus, EventRecorder events, Clock clock) {
        this.client = client;
        this.gpus = gpus;
        this.events = events;
        this.statuses = new PodStatuses(clock);
    }

    void reconcile(PodId id) {
        Optional<Pod> pod = Optional.ofNullable(resource(id).get())
                .filter(found -> found.getMetadata().getUid().equals(id.uid()));
        if (pod.isEmpty() || PodStatuses.isFinal(pod.get())) {
            gpus.release(id.uid());
            waiting.remove(id);
            Set.copyOf(waiting).forEach(this::schedule);
        } else if (pod.get().getSpec().getNodeName() == null) {
            schedule(id);
        }
    }

    private void schedule(PodId id) {
        Pod pod = resource(id).get();
        if (pod == null || pod.getMetadata().getDeletionTimestamp() != null) {
            waiting.remove(id);
            return;
        }
        Optional<String> missing = gpus.take(pod);
        if (missing.isPresent()) {
            waiting.add(id);
            PodStatus wanted = statuses.unschedulable(pod.getStatus(), missing.get());
            if (!wanted.equals(pod.getStatus())) {
                resource(id)
                        .editStatus(
                                now -> new PodBuilder(now).withStatus(wanted).build());
                events.warning(pod, "FailedScheduling", missing.get());
            }
            return;
        }
        waiting.remove(id);
        resource(id).edit(unbound -> new PodBuilder(unbound)
                .editSpec()
                .withNodeName(EmbeddedNode.NAME)
                .endSpec()
                .build());
    }

    private PodResource resource(PodId id) {
        return client.pods().inNamespace(id.namespace()).withName(id.name());
    }
}
