package dev.distillery.operator;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** As the API server's eviction does it: the condition first, then the deletion. */
public final class Eviction {
    private Eviction() {}

    /** @return whether the pod was still there */
    public static boolean evict(KubernetesClient client, Pod pod) {
        client.pods().resource(pod).editStatus(p -> new PodBuilder(p)
                .editStatus()
                .addNewCondition()
                .withType("DisruptionTarget")
                .withStatus("True")
                .withReason("EvictionByEvictionAPI")
                .withMessage("Eviction API: evicting")
                // One without it counts as stale: the disruption controller takes it back.
                .withLastTransitionTime(
                        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .endCondition()
                .endStatus()
                .build());
        return !client.pods().resource(pod).delete().isEmpty();
    }
}
