package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Optional;

/**
 * A Job's pods. Each carries a finalizer until the Job has counted its end, so that no result is lost when somebody
 * deletes the pod.
 */
final class JobPods {
    static final String NAME_LABEL = "batch.kubernetes.io/job-name";
    private static final String TRACKING_FINALIZER = "batch.kubernetes.io/job-tracking";

    private final KubernetesClient client;

    JobPods(KubernetesClient client) {
        this.client = client;
    }

    List<Pod> labelled(String namespace, String jobName) {
        return client.pods()
                .inNamespace(namespace)
                .withLabel(NAME_LABEL, jobName)
                .list()
                .getItems();
    }

    static boolean belongs(Pod pod, Job job) {
        return pod.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getUid().equals(job.getMetadata().getUid()));
    }

    static boolean isTracked(Pod pod) {
        return pod.getMetadata().getFinalizers().contains(TRACKING_FINALIZER);
    }

    static boolean isActive(Pod pod) {
        return !PodStatuses.isFinal(pod) && pod.getMetadata().getDeletionTimestamp() == null;
    }

    /** Ended without success, or deleted before it could start. */
    static boolean hasFailed(Pod pod) {
        boolean gone = pod.getMetadata().getDeletionTimestamp() != null
                && Optional.ofNullable(pod.getMetadata().getDeletionGracePeriodSeconds())
                                .orElse(0L)
                        == 0;
        return PodStatuses.phase(pod).equals("Failed") || (gone && !PodStatuses.isFinal(pod));
    }

    Pod create(Job job) {
        PodTemplateSpec template = job.getSpec().getTemplate();
        return client.pods()
                .inNamespace(job.getMetadata().getNamespace())
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withGenerateName(job.getMetadata().getName() + "-")
                        .withNamespace(job.getMetadata().getNamespace())
                        .withLabels(template.getMetadata().getLabels())
                        .withAnnotations(template.getMetadata().getAnnotations())
                        .withFinalizers(TRACKING_FINALIZER)
                        .addNewOwnerReference()
                        .withApiVersion(job.getApiVersion())
                        .withKind(job.getKind())
                        .withName(job.getMetadata().getName())
                        .withUid(job.getMetadata().getUid())
                        .withController(true)
                        .withBlockOwnerDeletion(true)
                        .endOwnerReference()
                        .endMetadata()
                        .withSpec(template.getSpec())
                        .build())
                .create();
    }

    /** Lets the pod go once it is deleted, whatever becomes of it. */
    void untrack(Pod pod) {
        if (isTracked(pod)) {
            client.pods()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .withName(pod.getMetadata().getName())
                    .edit(tracked -> new PodBuilder(tracked)
                            .editMetadata()
                            .removeFromFinalizers(TRACKING_FINALIZER)
                            .endMetadata()
                            .build());
        }
    }

    /** Ends the pod without its end being counted. */
    void delete(Pod pod) {
        untrack(pod);
        client.pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .delete();
    }
}
