package dev.distillery.operator.serving;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;

/** The InferenceService as a file, for a pipeline that commits it; the operator applies nothing then. */
public final class ManifestConfigMap {
    static final String FILE = "inference-service.yaml";

    private ManifestConfigMap() {}

    public static String name(String recipe) {
        return recipe + "-inference-service";
    }

    public static ConfigMap desired(ServedVersion version) {
        GenericKubernetesResource owned = KServeService.desired(version);
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(version.namespace())
                .withName(name(version.recipeName()))
                .withLabels(owned.getMetadata().getLabels())
                .withOwnerReferences(owned.getMetadata().getOwnerReferences())
                .endMetadata()
                .withData(Map.of(FILE, Serialization.asYaml(KServeService.manifest(version))))
                .build();
    }
}
