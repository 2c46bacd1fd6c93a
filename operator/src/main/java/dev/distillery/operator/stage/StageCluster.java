package dev.distillery.operator.stage;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Writes a stage to the cluster. Every call may be made again: what is there already is left alone. */
public final class StageCluster {
    private final KubernetesClient client;
    private final StageJob job;

    public StageCluster(KubernetesClient client, StageJob job) {
        this.client = client;
        this.job = job;
    }

    /** Makes the Job and what it needs. The Job comes last: a pod never waits for its recipe. */
    public void start(StagePlan plan, boolean suspend) {
        if (client.resources(PersistentVolumeClaim.class)
                        .inNamespace(plan.namespace())
                        .withName(plan.compute().workspaceClaim())
                        .get()
                == null) {
            create(WorkspaceClaim.desired(plan));
        }
        adopt(ConfigMap.class, StageConfigMap.desired(plan), plan.owner());
        adopt(Job.class, job.desired(plan, suspend), plan.owner());
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

    /** Takes the recipe out of the owners; the last one's leaving deletes the stage. */
    public void leave(Job stage, String ownerUid) {
        List<OwnerReference> others = new ArrayList<>(stage.getMetadata().getOwnerReferences());
        others.removeIf(owner -> owner.getUid().equals(ownerUid));
        String namespace = stage.getMetadata().getNamespace();
        String name = stage.getMetadata().getName();
        if (others.isEmpty()) {
            delete(stage);
            return;
        }
        disown(ConfigMap.class, namespace, name, ownerUid);
        disown(Job.class, namespace, name, ownerUid);
    }

    /** Deletes the Job, its pods and its ConfigMap. */
    public void delete(Job stage) {
        String namespace = stage.getMetadata().getNamespace();
        String name = stage.getMetadata().getName();
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

    /** @return false if it exists already */
    private boolean create(HasMetadata desired) {
        try {
            client.resource(desired).create();
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
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

    private <T extends HasMetadata> void disown(Class<T> type, String namespace, String name, String uid) {
        edit(type, namespace, name, current -> {
            List<OwnerReference> owners = new ArrayList<>(current.getMetadata().getOwnerReferences());
            owners.removeIf(owner -> owner.getUid().equals(uid));
            current.getMetadata().setOwnerReferences(owners);
            return current;
        });
    }

    /** Writes only what changed, and nothing if nothing did. A write that comes between fails, and the next event tries again. */
    private <T extends HasMetadata> void edit(Class<T> type, String namespace, String name, UnaryOperator<T> change) {
        var resource = client.resources(type).inNamespace(namespace).withName(name);
        if (resource.get() != null) {
            resource.edit(change);
        }
    }
}
