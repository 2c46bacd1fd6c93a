package dev.distillery.operator.serving;

import dev.distillery.recipe.InferenceService;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * KServe's InferenceService for one version. Triton, which KServe takes for ONNX and protocol v2, wants {@code
 * <model>/<version>/model.onnx} below {@code /mnt/models}: a version's folder is mounted there by {@code storageUris}
 * (KServe 0.16), an image holds these folders itself and is mounted as a volume ({@code oci+native://}, KServe 0.20). So the
 * spec always names one version and no folder that moves, and applying an earlier spec serves the earlier model.
 */
public final class KServeService {
    public static final String API_VERSION = "serving.kserve.io/v1beta1";
    public static final String KIND = "InferenceService";
    /** Leads from the service to its recipe. */
    public static final String RECIPE = "distillery.dev/recipe";
    /** SHA-256 of the {@code model.onnx} that the service shall serve. */
    public static final String MODEL = "distillery.dev/model-sha256";

    private static final String MODELS = "/mnt/models/";

    private KServeService() {}

    /** @return with the recipe as its owner */
    public static GenericKubernetesResource desired(ServedVersion version) {
        GenericKubernetesResource service = manifest(version);
        service.getMetadata()
                .setOwnerReferences(List.of(new OwnerReferenceBuilder()
                        .withApiVersion(version.recipe().getApiVersion())
                        .withKind(version.recipe().getKind())
                        .withName(version.recipeName())
                        .withUid(version.recipe().getMetadata().getUid())
                        .withController(true)
                        .build()));
        return service;
    }

    /** @return for somebody else to apply: without an owner, whose uid no repository knows */
    public static GenericKubernetesResource manifest(ServedVersion version) {
        return new GenericKubernetesResourceBuilder()
                .withApiVersion(API_VERSION)
                .withKind(KIND)
                .withMetadata(new ObjectMetaBuilder()
                        .withNamespace(version.namespace())
                        .withName(version.serviceName())
                        .withLabels(Map.of("app.kubernetes.io/managed-by", "distillery", RECIPE, version.recipeName()))
                        .withAnnotations(Map.of(MODEL, version.artifact().sha256()))
                        .build())
                .withAdditionalProperties(Map.of("spec", Map.of("predictor", predictor(version))))
                .build();
    }

    private static Map<String, Object> predictor(ServedVersion version) {
        InferenceService wish = version.wish();
        Map<String, Object> predictor = new LinkedHashMap<>();
        put(predictor, "minReplicas", wish.minReplicas());
        put(predictor, "maxReplicas", wish.maxReplicas());
        put(predictor, "canaryTrafficPercent", wish.canaryTrafficPercent());
        put(predictor, "serviceAccountName", wish.serviceAccountName());
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("modelFormat", Map.of("name", "onnx"));
        model.put("protocolVersion", "v2");
        if (version.isImage()) {
            model.put("storageUri", version.image());
        } else {
            predictor.put(
                    "storageUris",
                    List.of(Map.of(
                            "uri",
                            version.artifact().uri(),
                            "mountPath",
                            MODELS + version.modelName() + "/"
                                    + version.artifact().version())));
        }
        predictor.put("model", model);
        return predictor;
    }

    private static void put(Map<String, Object> fields, String name, Object value) {
        if (value != null) {
            fields.put(name, value);
        }
    }
}
