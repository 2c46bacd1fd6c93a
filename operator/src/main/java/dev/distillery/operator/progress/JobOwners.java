package dev.distillery.operator.progress;

import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Optional;
import java.util.Set;

/** Which recipes a Job works for, and which pods work for it. */
public interface JobOwners {
    /** @return false while the operator starts and does not know yet what there is */
    boolean isReady();

    /** @return empty for a Job that does not exist or is nobody's */
    Set<ResourceID> of(String namespace, String job);

    /** @return empty unless the pod is there, has not ended, and is one of the Job's */
    Optional<Pod> pod(String namespace, String job, PodIdentity pod);
}
