package dev.distillery.operator.serving;

import dev.distillery.recipe.TrainingRecipe;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;

/** Writes inference services and their manifests to the cluster, by server-side apply. */
public final class ServingCluster {
    private static final String FIELD_MANAGER = "distillery";
    private static final String PODS_SERVICE = "serving.kserve.io/inferenceservice";
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

    /** @return the pods that KServe has made for a service */
    public List<Pod> pods(String namespace, String service) {
        return client.pods()
                .inNamespace(namespace)
                .withLabel(PODS_SERVICE, service)
                .list()
                .getItems();
    }

    /** @return whether there is one of this name that the recipe does not own, by its uid */
    public boolean isAnothers(GenericKubernetesResource service, TrainingRecipe recipe) {
        return isForeign(
                client.genericKubernetesResources(SERVICES).resource(service).get(), recipe);
    }

    /** @return whether there is one of this name that the recipe does not own, by its uid */
    public boolean isAnothers(ConfigMap manifest, TrainingRecipe recipe) {
        return isForeign(client.resource(manifest).get(), recipe);
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

    /**
     * Deletes what earlier forms of a recipe asked for. What the recipe does not own, by its uid, stays: somebody else has
     * applied it.
     *
     * @param kept what it asks for now; null for nothing
     */
    public void deleteAllBut(HasMetadata kept, TrainingRecipe recipe) {
        String namespace = recipe.getMetadata().getNamespace();
        String name = recipe.getMetadata().getName();
        if (hasKServe()) {
            client
                    .genericKubernetesResources(SERVICES)
                    .inNamespace(namespace)
                    .withLabel(KServeService.RECIPE, name)
                    .list()
                    .getItems()
                    .stream()
                    .filter(service -> !isSame(service, kept) && isOwned(service, recipe))
                    .forEach(service -> client.resource(service).delete());
        }
        ConfigMap manifest = client.configMaps()
                .inNamespace(namespace)
                .withName(ManifestConfigMap.name(name))
                .get();
        if (manifest != null && !isSame(manifest, kept) && isOwned(manifest, recipe)) {
            client.resource(manifest).delete();
        }
    }

    private static boolean isSame(HasMetadata one, HasMetadata other) {
        return other != null
                && one.getKind().equals(other.getKind())
                && one.getMetadata().getName().equals(other.getMetadata().getName());
    }

    private static boolean isForeign(HasMetadata there, TrainingRecipe recipe) {
        return there != null && !isOwned(there, recipe);
    }

    private static boolean isOwned(HasMetadata resource, TrainingRecipe recipe) {
        return resource.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getUid().equals(recipe.getMetadata().getUid()));
    }
}
