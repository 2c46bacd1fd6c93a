package dev.distillery.trainer.publish.oci;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.Sha256;
import dev.distillery.trainer.signing.ImageSignature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A version as an image: one layer, a configuration, a manifest. Holds no time, so that the same files give the same
 * digest.
 *
 * @param layer a tar, not compressed: weights hardly shrink, and a digest shall not depend on a compressor
 */
record OciImage(byte[] layer, byte[] config, byte[] manifest) {
    static final String RUN = "dev.distillery.run";
    static final String ONNX = "dev.distillery.onnx.sha256";
    /** What all versions of a model have in common. */
    static final String IDENTITY = "dev.distillery.model.";

    private static final String LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar";
    private static final String CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
    private static final String MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
    private static final String FOLDER = "models/";
    private static final int READABLE_FILE = 0100644;
    private static final int READABLE_FOLDER = 040755;

    private static final ObjectMapper JSON = new ObjectMapper();

    static OciImage of(ModelVersion model, int number) {
        byte[] layer = tar(model, number);
        return of(layer, descriptor(LAYER_TYPE, layer), annotations(model, number));
    }

    /** A signature as cosign stores it, to be tagged {@link ImageSignature#tag}. */
    static OciImage of(ImageSignature signature) {
        byte[] layer = signature.payload();
        Map<String, Object> descriptor = descriptor(ImageSignature.LAYER_TYPE, layer);
        descriptor.put("annotations", Map.of(ImageSignature.ANNOTATION, signature.signature()));
        return of(layer, descriptor, Map.of());
    }

    private static OciImage of(byte[] layer, Map<String, Object> descriptor, Map<String, String> annotations) {
        byte[] config = config(layer);
        Map<String, Object> manifest = new LinkedHashMap<>();
        manifest.put("schemaVersion", 2);
        manifest.put("mediaType", MANIFEST_TYPE);
        manifest.put("config", descriptor(CONFIG_TYPE, config));
        manifest.put("layers", List.of(descriptor));
        if (!annotations.isEmpty()) {
            manifest.put("annotations", annotations);
        }
        return new OciImage(layer, config, json(manifest));
    }

    static String digest(byte[] content) {
        return "sha256:" + Sha256.of(content);
    }

    private static Map<String, String> annotations(ModelVersion model, int number) {
        Map<String, String> annotations = new TreeMap<>(model.annotations());
        annotations.put("org.opencontainers.image.title", model.modelName());
        annotations.put("org.opencontainers.image.version", Integer.toString(number));
        annotations.put(RUN, model.runId());
        annotations.put(ONNX, model.sha256());
        model.identity().forEach((name, value) -> annotations.put(IDENTITY + name, value));
        return annotations;
    }

    private static Map<String, Object> descriptor(String type, byte[] content) {
        Map<String, Object> descriptor = new LinkedHashMap<>();
        descriptor.put("mediaType", type);
        descriptor.put("digest", digest(content));
        descriptor.put("size", content.length);
        return descriptor;
    }

    /** Nothing in it runs; the platform is there because runtimes ask for one. */
    private static byte[] config(byte[] layer) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architecture", "amd64");
        config.put("os", "linux");
        config.put("config", Map.of());
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("type", "layers");
        root.put("diff_ids", List.of(digest(layer)));
        config.put("rootfs", root);
        return json(config);
    }

    private static byte[] tar(ModelVersion model, int number) {
        String folder = FOLDER + model.modelName() + "/";
        String version = folder + number + "/";
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (String each : List.of(FOLDER, folder, version)) {
                add(tar, each, new byte[0]);
            }
            for (Map.Entry<String, byte[]> file : new TreeMap<>(model.modelFiles()).entrySet()) {
                add(tar, folder + file.getKey(), file.getValue());
            }
            for (Map.Entry<String, byte[]> file : new TreeMap<>(model.files()).entrySet()) {
                add(tar, version + file.getKey(), file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes what is written to it", e);
        }
        return bytes.toByteArray();
    }

    private static void add(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        entry.setModTime(0L);
        entry.setMode(name.endsWith("/") ? READABLE_FOLDER : READABLE_FILE);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static byte[] json(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps of strings and numbers can be written", e);
        }
    }
}
