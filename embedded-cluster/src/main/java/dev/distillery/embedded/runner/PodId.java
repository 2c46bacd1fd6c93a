package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.Pod;

/** Which pod, told apart from an earlier one of the same name by its uid. */
record PodId(String namespace, String name, String uid) {
    static PodId of(Pod pod) {
        return new PodId(
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getName(),
                pod.getMetadata().getUid());
    }
}
