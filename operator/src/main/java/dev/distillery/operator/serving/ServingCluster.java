package dev.distillery.operator.serving;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/** Writes inference services and their manifests to the cluster, by server-side apply. */
public final class ServingCluster {
    private static final String FIELD_MANAGER = "distillery";
    private static final ResourceDefinitionContext SERVICES = new ResourceDefinitionContext.Builder()
            .withGroup("serving.kserve.io")
            .withVersion("v1beta1")
            .withKind(KServeService.KIND)
            .withPlural("inferenceservices")
            .withNamespaced(true)
            .build();

    private final KubernetesClient client;

    public ServingCluster(KubernetesClient client) {
        this.client = client;
    }

    /** @return whether KServe's API is served here, now */
    public boolean hasKServe() {
        return client.getApiResources(KServeService.API_VERSION) != null;
    }

    /** Strict: an older KServe would prune a field that it does not know, and serve nothing. */
    public void apply(GenericKubernetesResource service) {
        client.genericKubernetesResources(SERVICES)
                .resource(service)
                .fieldValidation(Validation.STRICT)
                .fieldManager(FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply();
    }

    public void apply(ConfigMap manifest) {
        client.resource(manifest).fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply();
    }

    /** Deletes what an earlier form of the recipe asked for. What somebody else has applied has no owner and stays. */
    public void delete(String namespace, String recipe, String ownerUid) {
        if (hasKServe()) {
            client
                    .genericKubernetesResources(SERVICES)
                    .inNamespace(namespace)
                    .withLabel(KServeService.RECIPE, recipe)
                    .list()
                    .getItems()
                    .stream()
                    .filter(service -> service.getMetadata().getOwnerReferences().stream()
                            .anyMatch(owner -> owner.getUid().equals(ownerUid)))
                    .forEach(service -> client.resource(service).delete());
        }
        client.configMaps()
                .inNamespace(namespace)
                .withName(ManifestConfigMap.name(recipe))
                .delete();
    }
}
