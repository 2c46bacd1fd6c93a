package dev.distillery.trainer.publish.oci;

import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.oci.OciArtifact.Blob;
import dev.distillery.trainer.signing.ImageSignature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Images with one layer, a tar that is not compressed: weights hardly shrink, and a digest shall not depend on a compressor. */
final class OciImage {
    private static final String LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar";
    private static final String CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
    private static final int READABLE_FILE = 0100644;
    private static final int READABLE_FOLDER = 040755;

    private OciImage() {}

    static OciArtifact of(ModelVersion model, int number) {
        Blob layer = new Blob(tar(model, number), LAYER_TYPE, Map.of());
        return of(layer, OciArtifact.annotations(model, number));
    }

    /** A signature as cosign stores it, to be tagged {@link ImageSignature#tag}. */
    static OciArtifact of(ImageSignature signature) {
        Map<String, String> annotations = Map.of(ImageSignature.ANNOTATION, signature.signature());
        return of(new Blob(signature.payload(), ImageSignature.LAYER_TYPE, annotations), Map.of());
    }

    private static OciArtifact of(Blob layer, Map<String, String> annotations) {
        Blob config = new Blob(config(layer.content()), CONFIG_TYPE, Map.of());
        return OciArtifact.of(null, List.of(layer), config, annotations);
    }

    /** Nothing in it runs; the platform is there because runtimes ask for one. */
    private static byte[] config(byte[] layer) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architecture", "amd64");
        config.put("os", "linux");
        config.put("config", Map.of());
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("type", "layers");
        root.put("diff_ids", List.of(OciArtifact.digest(layer)));
        config.put("rootfs", root);
        return OciArtifact.json(config);
    }

    private static byte[] tar(ModelVersion model, int number) {
        String folder = "models/" + model.modelName() + "/";
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (String each : List.of("models/", folder, folder + number + "/")) {
                add(tar, each, new byte[0]);
            }
            for (Map.Entry<String, byte[]> file :
                    OciArtifact.files(model, number).entrySet()) {
                add(tar, file.getKey(), file.getValue());
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
}
