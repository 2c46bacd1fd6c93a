package dev.distillery.operator.stage;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Writes a stage to the cluster. Every call may be made again: what is there already is left alone. */
public final class StageCluster {
    /** A Job's controller does not write more often than this while one edit is made. */
    private static final int EDITS = 5;

    private static final int UNPROCESSABLE = 422;

    private final KubernetesClient client;
    private final StageJob job;

    public StageCluster(KubernetesClient client, StageJob job) {
        this.client = client;
        this.job = job;
    }

    /** Makes the attempt's Job and what it needs. The Job comes last: a pod never waits for its recipe. */
    public void start(StagePlan plan) {
        if (client.resources(PersistentVolumeClaim.class)
                        .inNamespace(plan.namespace())
                        .withName(plan.compute().workspaceClaim())
                        .get()
                == null) {
            create(WorkspaceClaim.desired(plan));
        }
        adopt(ConfigMap.class, StageConfigMap.desired(plan), plan.owner());
        adopt(Job.class, job.desired(plan), plan.owner());
    }

    /** Makes again what a pod that is about to start needs, should somebody have deleted it. */
    public void restore(StagePlan plan) {
        ConfigMap desired = StageConfigMap.desired(plan);
        if (client.resource(desired).get() == null) {
            create(desired);
        }
    }

    /**
     * Deletes a Job that was made with another trainer image than it would be made with now.
     *
     * @return false if the image is the same
     */
    public boolean deleteOutdated(StagePlan plan, Job made) {
        if (job.hasImageOf(plan, made)) {
            return false;
        }
        delete(plan.namespace(), plan.name());
        return true;
    }

    /**
     * Deletes a Job that the recipe alone owns and that was made with other settings than it would be made with now, so that
     * the attempt goes on from its checkpoint with those. A student's Job has them in its name.
     *
     * @return false if it stays
     */
    public boolean deleteIfSetOtherwise(StagePlan plan, Job made) {
        boolean shared = made.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> !owner.getUid().equals(plan.owner().getUid()));
        if (shared || StageJob.hasSettingsOf(plan, made)) {
            return false;
        }
        delete(plan.namespace(), plan.name());
        return true;
    }

    /** Adds the recipe to the owners of a stage that another recipe started. */
    public void join(StagePlan plan) {
        own(ConfigMap.class, plan.namespace(), plan.name(), plan.owner());
        own(Job.class, plan.namespace(), plan.name(), plan.owner());
    }

    public void suspend(Job running, boolean suspend) {
        edit(
                Job.class,
                running.getMetadata().getNamespace(),
                running.getMetadata().getName(),
                current -> {
                    current.getSpec().setSuspend(suspend);
                    return current;
                });
    }

    /**
     * Takes the recipe out of the owners; the last one's leaving deletes the Job, its pods and its ConfigMap.
     * Of two that leave at once, the one that leaves no owner behind deletes it.
     */
    public void leave(Job stage, String ownerUid) {
        String namespace = stage.getMetadata().getNamespace();
        String name = stage.getMetadata().getName();
        Job current = client.resources(Job.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
        boolean shared = current != null
                && current.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> !owner.getUid().equals(ownerUid));
        if (!shared) {
            delete(namespace, name);
            return;
        }
        boolean last = disown(Job.class, namespace, name, ownerUid)
                .filter(left -> left.getMetadata().getOwnerReferences().isEmpty())
                .isPresent();
        if (last) {
            delete(namespace, name);
            return;
        }
        disown(ConfigMap.class, namespace, name, ownerUid);
    }

    /** @return why the API server refuses the Job's pods, in its own words; empty if it does not say */
    public Optional<String> refusal(Job stage) {
        return client
                .resources(Event.class)
                .inNamespace(stage.getMetadata().getNamespace())
                .withField("involvedObject.uid", stage.getMetadata().getUid())
                .withField("reason", "FailedCreate")
                .list()
                .getItems()
                .stream()
                .max(Comparator.comparing(event -> String.valueOf(event.getLastTimestamp())))
                .map(Event::getMessage);
    }

    /** @return the newest warning of the pod's node; empty if there is none */
    public Optional<Event> warning(Pod pod) {
        return client
                .resources(Event.class)
                .inNamespace(pod.getMetadata().getNamespace())
                .withField("involvedObject.uid", pod.getMetadata().getUid())
                .withField("type", "Warning")
                .list()
                .getItems()
                .stream()
                .filter(event -> !"FailedScheduling".equals(event.getReason()))
                .max(Comparator.comparing(event -> String.valueOf(event.getLastTimestamp())));
    }

    /** @return pods with these labels as the API server has them now, whatever a cache says */
    public List<Pod> pods(String namespace, Map<String, String> labels) {
        return client.pods().inNamespace(namespace).withLabels(labels).list().getItems();
    }

    /** @return the Job's pods as the API server has them now, whatever a cache says */
    public List<Pod> pods(Job stage) {
        return client.pods()
                .inNamespace(stage.getMetadata().getNamespace())
                .withLabel("batch.kubernetes.io/job-name", stage.getMetadata().getName())
                .list()
                .getItems();
    }

    private void delete(String namespace, String name) {
        client.resources(Job.class)
                .inNamespace(namespace)
                .withName(name)
                .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                .delete();
        client.resources(ConfigMap.class).inNamespace(namespace).withName(name).delete();
    }

    private <T extends HasMetadata> void adopt(Class<T> type, T desired, OwnerReference owner) {
        if (!create(desired)) {
            own(
                    type,
                    desired.getMetadata().getNamespace(),
                    desired.getMetadata().getName(),
                    owner);
        }
    }

    /** @return false if it exists already; a quota that changed meanwhile answers with the same code, and made nothing */
    private boolean create(HasMetadata desired) {
        try {
            client.resource(desired).create();
            return true;
        } catch (KubernetesClientException e) {
            if (e.getStatus() != null && "AlreadyExists".equals(e.getStatus().getReason())) {
                return false;
            }
            throw e;
        }
    }

    private <T extends HasMetadata> void own(Class<T> type, String namespace, String name, OwnerReference owner) {
        edit(type, namespace, name, current -> {
            List<OwnerReference> owners = new ArrayList<>(current.getMetadata().getOwnerReferences());
            if (owners.stream().noneMatch(o -> o.getUid().equals(owner.getUid()))) {
                owners.add(owner);
                current.getMetadata().setOwnerReferences(owners);
            }
            return current;
        });
    }

    private <T extends HasMetadata> Optional<T> disown(Class<T> type, String namespace, String name, String uid) {
        return edit(type, namespace, name, current -> {
            List<OwnerReference> owners = new ArrayList<>(current.getMetadata().getOwnerReferences());
            owners.removeIf(owner -> owner.getUid().equals(uid));
            current.getMetadata().setOwnerReferences(owners);
            return current;
        });
    }

    /**
     * Writes only what changed, and nothing if nothing did. A Job's controller writes too: a change that comes between is
     * looked at, and the edit made anew.
     *
     * @return the resource as it is now; empty if there is none
     */
    private <T extends HasMetadata> Optional<T> edit(
            Class<T> type, String namespace, String name, UnaryOperator<T> change) {
        var resource = client.resources(type).inNamespace(namespace).withName(name);
        for (int attempt = 1; ; attempt++) {
            try {
                return Optional.of(resource.edit(change));
            } catch (KubernetesClientException e) {
                if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                    return Optional.empty();
                }
                // The patch names an owner by its index, which what is there now may not have.
                boolean changed = e.getCode() == HttpURLConnection.HTTP_CONFLICT || e.getCode() == UNPROCESSABLE;
                if (!changed || attempt == EDITS) {
                    throw e;
                }
            }
        }
    }
}
