package dev.distillery.trainer.publish.oci;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.trainer.Sha256;
import dev.distillery.trainer.publish.ModelVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What goes to a registry: blobs, and the manifest that names them. Holds no time, so that the same files give the same
 * digest.
 *
 * @param blobs the layers, then the configuration
 */
record OciArtifact(List<byte[]> blobs, byte[] manifest) {
    static final String RUN = "dev.distillery.run";
    static final String ONNX = "dev.distillery.onnx.sha256";
    /** What all versions of a model have in common. */
    static final String IDENTITY = "dev.distillery.model.";

    private static final String MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Content with its media type and annotations. */
    record Blob(byte[] content, String mediaType, Map<String, String> annotations) {
        private Map<String, Object> descriptor() {
            Map<String, Object> descriptor = new LinkedHashMap<>();
            descriptor.put("mediaType", mediaType);
            descriptor.put("digest", OciArtifact.digest(content));
            descriptor.put("size", content.length);
            if (!annotations.isEmpty()) {
                descriptor.put("annotations", annotations);
            }
            return descriptor;
        }
    }

    /** @param artifactType null for an image */
    static OciArtifact of(String artifactType, List<Blob> layers, Blob config, Map<String, String> annotations) {
        Map<String, Object> manifest = new LinkedHashMap<>();
        manifest.put("schemaVersion", 2);
        manifest.put("mediaType", MANIFEST_TYPE);
        if (artifactType != null) {
            manifest.put("artifactType", artifactType);
        }
        manifest.put("config", config.descriptor());
        manifest.put("layers", layers.stream().map(Blob::descriptor).toList());
        if (!annotations.isEmpty()) {
            manifest.put("annotations", annotations);
        }
        List<byte[]> blobs = new ArrayList<>(layers.stream().map(Blob::content).toList());
        blobs.add(config.content());
        return new OciArtifact(blobs, json(manifest));
    }

    static String digest(byte[] content) {
        return "sha256:" + Sha256.of(content);
    }

    /** @return what a registry shows of the version with this number */
    static Map<String, String> annotations(ModelVersion model, int number) {
        Map<String, String> annotations = new TreeMap<>(model.annotations());
        annotations.put("org.opencontainers.image.title", model.modelName());
        annotations.put("org.opencontainers.image.version", Integer.toString(number));
        annotations.put(RUN, model.runId());
        annotations.put(ONNX, model.sha256());
        model.identity().forEach((name, value) -> annotations.put(IDENTITY + name, value));
        return annotations;
    }

    /** @return content by path, in the order of paths, as every format lays a version out */
    static Map<String, byte[]> files(ModelVersion model, int number) {
        String folder = "models/" + model.modelName() + "/";
        Map<String, byte[]> files = new TreeMap<>();
        model.modelFiles().forEach((name, content) -> files.put(folder + name, content));
        model.files().forEach((name, content) -> files.put(folder + number + "/" + name, content));
        return files;
    }

    static byte[] json(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps of strings and numbers can be written", e);
        }
    }
}
