package dev.distillery.operator.serving;

import dev.distillery.recipe.InferenceService;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * KServe's InferenceService for one version. It asks for Triton, which wants {@code <model>/<version>/model.onnx} and {@code
 * <model>/config.pbtxt} below {@code /mnt/models}. An image has this layout. Elsewhere {@code storageUri} names the version's
 * folder, and the spec mounts the volume in which KServe has it: KServe leaves a volume that is mounted already where it is.
 * So the spec always names one version and no folder that moves, and applying an earlier spec serves the earlier model.
 *
 * <p>Without {@code storageUri} KServe takes Triton for a server of many models and starts it with none.
 */
public final class KServeService {
    public static final String API_VERSION = "serving.kserve.io/v1beta1";
    public static final String KIND = "InferenceService";
    /** Leads from the service to its recipe. */
    public static final String RECIPE = "distillery.dev/recipe";
    /** SHA-256 of the {@code model.onnx} that the service shall serve. */
    public static final String MODEL = "distillery.dev/model-sha256";

    private static final String MODELS = "/mnt/models/";
    /** KServe's names of the volumes that it would mount at {@link #MODELS}. */
    private static final String CLAIM = "kserve-pvc-source";

    private static final String DOWNLOAD = "kserve-provision-location";
    /** What Triton reads one folder above the version. */
    private static final List<String> OF_THE_MODEL = List.of("config.pbtxt", "labels.txt");
    /** All that KServe's Triton runtime lacks of the Pod Security Standard {@code restricted}. */
    private static final Map<String, Object> RESTRICTED = Map.of("seccompProfile", Map.of("type", "RuntimeDefault"));

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
        predictor.put("securityContext", RESTRICTED);
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("modelFormat", Map.of("name", "triton"));
        model.put("protocolVersion", "v2");
        if (version.isImage()) {
            model.put("storageUri", version.image());
        } else {
            // The slash keeps version 10 out of a download of version 1: KServe takes whatever begins like it.
            model.put("storageUri", version.artifact().uri() + "/");
            predictor.put("volumes", List.of(volume(version)));
            model.put("volumeMounts", mounts(version));
        }
        predictor.put("model", model);
        return predictor;
    }

    private static Map<String, Object> volume(ServedVersion version) {
        return version.isOnClaim()
                ? Map.of(
                        "name",
                        CLAIM,
                        "persistentVolumeClaim",
                        Map.of("claimName", version.location().getHost(), "readOnly", true))
                : Map.of("name", DOWNLOAD, "emptyDir", Map.of());
    }

    private static List<Map<String, Object>> mounts(ServedVersion version) {
        String model = MODELS + version.modelName();
        List<Map<String, Object>> mounts = new ArrayList<>();
        mounts.add(mount(version, "", model + "/" + version.artifact().version()));
        OF_THE_MODEL.forEach(file -> mounts.add(mount(version, "/" + file, model + "/" + file)));
        return mounts;
    }

    /** @param path in the version's folder */
    private static Map<String, Object> mount(ServedVersion version, String path, String mountPath) {
        String folder = version.isOnClaim() ? version.location().getPath() : "";
        Map<String, Object> mount = new LinkedHashMap<>();
        mount.put("name", version.isOnClaim() ? CLAIM : DOWNLOAD);
        mount.put("mountPath", mountPath);
        put(mount, "subPath", (folder + path).isEmpty() ? null : (folder + path).substring(1));
        mount.put("readOnly", true);
        return mount;
    }

    private static void put(Map<String, Object> fields, String name, Object value) {
        if (value != null) {
            fields.put(name, value);
        }
    }
}
