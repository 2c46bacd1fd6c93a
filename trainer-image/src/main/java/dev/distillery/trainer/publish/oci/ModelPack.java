package dev.distillery.trainer.publish.oci;

import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.oci.OciArtifact.Blob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A version as a model artifact of the CNCF's ModelPack: a layer for each file, as it is, with its path in an annotation.
 * Source: ModelPack's specification ({@code docs/spec.md}, {@code docs/config.md}, {@code docs/annotations.md}), June 2026.
 */
final class ModelPack {
    static final String PATH = "org.cncf.model.filepath";

    private static final String TYPE = "application/vnd.cncf.model.manifest.v1+json";
    private static final String CONFIG_TYPE = "application/vnd.cncf.model.config.v1+json";
    private static final String WEIGHTS = "application/vnd.cncf.model.weight.v1.raw";
    private static final String SETTINGS = "application/vnd.cncf.model.weight.config.v1.raw";
    private static final String DOCUMENT = "application/vnd.cncf.model.doc.v1.raw";

    /** What a server needs to feed the network, and to name its answers. */
    private static final Set<String> SETTINGS_FILES =
            Set.of(ModelVersion.CONFIG, ModelVersion.LABELS, ModelVersion.PREPROCESSING);

    private ModelPack() {}

    static OciArtifact of(ModelVersion model, int number) {
        List<Blob> layers = new ArrayList<>();
        OciArtifact.files(model, number)
                .forEach((path, content) -> layers.add(new Blob(content, type(path), Map.of(PATH, path))));
        Blob config = new Blob(config(model, number, layers), CONFIG_TYPE, Map.of());
        return OciArtifact.of(TYPE, layers, config, OciArtifact.annotations(model, number));
    }

    /** @return whether the layer of this type is a file, and no archive */
    static boolean isFile(String mediaType) {
        return mediaType != null && mediaType.endsWith(".raw");
    }

    private static String type(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (name.endsWith(".onnx")) {
            return WEIGHTS;
        }
        return SETTINGS_FILES.contains(name) ? SETTINGS : DOCUMENT;
    }

    private static byte[] config(ModelVersion model, int number, List<Blob> layers) {
        Map<String, Object> descriptor = new LinkedHashMap<>();
        descriptor.put("name", model.modelName());
        descriptor.put("version", Integer.toString(number));
        descriptor.put("title", "image classifier " + model.modelName());
        Map<String, Object> technical = new LinkedHashMap<>();
        technical.put("architecture", "cnn");
        technical.put("format", "onnx");
        technical.put("paramSize", Long.toString(model.result().parameters()));
        technical.put("precision", "float32");
        technical.put("capabilities", Map.of("inputTypes", List.of("image")));
        Map<String, Object> files = new LinkedHashMap<>();
        files.put("type", "layers");
        files.put(
                "diffIds",
                layers.stream()
                        .map(layer -> OciArtifact.digest(layer.content()))
                        .toList());
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("descriptor", descriptor);
        config.put("config", technical);
        config.put("modelfs", files);
        return OciArtifact.json(config);
    }
}
