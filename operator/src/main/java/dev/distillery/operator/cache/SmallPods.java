package dev.distillery.operator.cache;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.inject.Singleton;

/**
 * Leaves out, of the pods and Jobs that the API server sends, how a container is started: what is asked of one that is there
 * is its node, its scheduler and its resources. The caches hold two of these for each recipe that is under way. All of it is
 * written; an edit sends what changed, and leaves alone what was not read.
 */
@Singleton
final class SmallPods implements KubernetesClientObjectMapperCustomizer {
    @JsonIgnoreProperties(
            value = {
                "affinity",
                "imagePullSecrets",
                "initContainers",
                "nodeSelector",
                "securityContext",
                "tolerations",
                "topologySpreadConstraints",
                "volumes"
            },
            allowGetters = true)
    private interface Spec {}

    @JsonIgnoreProperties(
            value = {
                "args",
                "command",
                "env",
                "envFrom",
                "lifecycle",
                "livenessProbe",
                "ports",
                "readinessProbe",
                "securityContext",
                "startupProbe",
                "volumeMounts"
            },
            allowGetters = true)
    private interface Started {}

    @Override
    public void customize(ObjectMapper mapper) {
        mapper.addMixIn(PodSpec.class, Spec.class);
        mapper.addMixIn(Container.class, Started.class);
    }
}
