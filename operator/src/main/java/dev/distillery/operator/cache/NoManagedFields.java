package dev.distillery.operator.cache;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.inject.Singleton;

/**
 * Leaves out who manages which field of what the API server sends: nobody here reads it, and the caches need not
 * hold it. What is written without it keeps it at the API server.
 */
@Singleton
final class NoManagedFields implements KubernetesClientObjectMapperCustomizer {
    @JsonIgnoreProperties("managedFields")
    private interface Metadata {}

    @Override
    public void customize(ObjectMapper mapper) {
        mapper.addMixIn(ObjectMeta.class, Metadata.class);
    }
}
