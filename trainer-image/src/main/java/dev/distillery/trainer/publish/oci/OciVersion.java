package dev.distillery.trainer.publish.oci;

import dev.distillery.inference.VersionNumber;
import dev.distillery.recipe.Publish;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Credentials;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.Patience;
import dev.distillery.trainer.publish.VersionContent;
import dev.distillery.trainer.signing.ImageSignature;
import dev.distillery.trainer.signing.VerificationKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import land.oras.Layer;
import land.oras.Manifest;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** A version in a registry, as an image or a ModelPack, read with the credentials of the environment. */
public final class OciVersion implements VersionContent {
    private static final Pattern REFERENCE =
            Pattern.compile("(oci://[^/]+(?:/[^/:@]+)+)/([^/:@]+)(?::([^/:@]+))?(?:@(sha256:[0-9a-f]{64}))?");
    private static final Pattern IN_VERSION = Pattern.compile("models/[^/]+/(" + VersionNumber.PATTERN + ")/([^/]+)");
    private static final Pattern BESIDE = Pattern.compile("models/[^/]+/([^/]+)");

    private final OciRepository repository;
    private final String digest;
    private final Map<String, byte[]> files = new TreeMap<>();
    private final Map<String, byte[]> beside = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();
    private Integer number;

    private OciVersion(OciRepository repository, String digest) {
        this.repository = repository;
        this.digest = digest;
    }

    /**
     * @param uri {@code oci://registry/repository/model}, of which {@code latest} is taken, or with a tag or a digest
     * @param plainHttp without TLS
     * @throws TrainerException USAGE for another form; INVALID_DATA if there is no such image; else as {@link OciModel}
     * @throws IOException if its layer is no tar
     */
    public static OciVersion at(String uri, boolean plainHttp) throws IOException {
        Matcher parts = REFERENCE.matcher(uri);
        if (!parts.matches()) {
            throw new TrainerException(
                    ExitCode.USAGE, "got " + uri + ", expected oci://registry/repository/model:version");
        }
        Publish.Destination place = new Publish.Destination(parts.group(1), null, null, null, plainHttp, null);
        OciRepository repository =
                OciRepository.open(place, parts.group(2), Credentials.of(0, place, System.getenv()), Patience.USUAL);
        String tag = parts.group(3) == null ? OciModel.LATEST : parts.group(3);
        return in(repository, parts.group(4) == null ? tag : parts.group(4));
    }

    /** @param reference a tag or a digest */
    static OciVersion in(OciRepository repository, String reference) throws IOException {
        OciRepository.Tagged tagged = repository
                .manifest(reference)
                .orElseThrow(() -> new TrainerException(
                        ExitCode.INVALID_DATA,
                        repository + ": has no " + reference + ", expected a published version or model"));
        byte[] manifest = tagged.manifest();
        OciVersion version = new OciVersion(repository, OciArtifact.digest(manifest));
        String expected = reference.startsWith("sha256:") ? reference : tagged.digest();
        if (expected != null && !expected.equals(version.digest)) {
            version.faults.add("manifest: got " + version.digest + ", expected " + expected);
        }
        Manifest parsed = parse(manifest);
        if (parsed.getConfig() == null || parsed.getLayers() == null) {
            throw new TrainerException(
                    ExitCode.INVALID_DATA,
                    repository + ": " + reference + ": got " + parsed.getMediaType()
                            + ", expected the manifest of a published version or model; of an index, name one of its"
                            + " manifests by its digest");
        }
        version.read("configuration", parsed.getConfig().getDigest());
        for (Layer layer : parsed.getLayers()) {
            byte[] content = version.read("layer", layer.getDigest());
            if (ModelPack.isFile(layer.getMediaType())) {
                // Without a path it is under its digest, which no list of digests has.
                Map<String, String> annotations = layer.getAnnotations() == null ? Map.of() : layer.getAnnotations();
                version.add(annotations.getOrDefault(ModelPack.PATH, layer.getDigest()), content);
            } else {
                version.unpack(content);
            }
        }
        return version;
    }

    private byte[] read(String what, String blob) {
        byte[] content = repository.blob(blob);
        if (!OciArtifact.digest(content).equals(blob)) {
            faults.add(what + " " + blob + ": its content is not what was published");
        }
        return content;
    }

    private static Manifest parse(byte[] manifest) {
        return Manifest.fromJson(new String(manifest, StandardCharsets.UTF_8));
    }

    private void unpack(byte[] content) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(content))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (!entry.isDirectory()) {
                    add(entry.getName(), tar.readAllBytes());
                }
            }
        }
    }

    private void add(String path, byte[] content) {
        Matcher inVersion = IN_VERSION.matcher(path);
        Matcher shared = BESIDE.matcher(path);
        if (inVersion.matches()) {
            number = Integer.valueOf(inVersion.group(1));
            files.put(inVersion.group(2), content);
        } else if (shared.matches()) {
            beside.put(shared.group(1), content);
        } else {
            // Under its whole name, which no list of digests has.
            files.put(path, content);
        }
    }

    @Override
    public Integer number() {
        return number;
    }

    @Override
    public SortedSet<String> names() {
        return new TreeSet<>(files.keySet());
    }

    @Override
    public InputStream open(String name) throws NoSuchFileException {
        if (!files.containsKey(name)) {
            throw new NoSuchFileException(name);
        }
        return new ByteArrayInputStream(files.get(name));
    }

    @Override
    public List<String> faultsAround(VerificationKey key) {
        List<String> all = new ArrayList<>(faults);
        for (String name : List.of(ModelVersion.CONFIG, ModelVersion.LABELS)) {
            // That the version lacks its own is a fault already.
            if (files.containsKey(name) && !Arrays.equals(files.get(name), beside.get(name))) {
                all.add("../" + name + ": differs from the one of this version");
            }
        }
        beside.keySet().stream()
                .filter(name ->
                        !List.of(ModelVersion.CONFIG, ModelVersion.LABELS).contains(name))
                .forEach(name -> all.add("../" + name + ": was not published with this version"));
        if (key != null && !isSigned(key)) {
            all.add("image " + digest + ": has no signature by the given key");
        }
        return all;
    }

    /** A repository may hold several signatures of an image, by several keys. */
    private boolean isSigned(VerificationKey key) {
        return repository
                .manifest(ImageSignature.tag(digest))
                .map(signature -> parse(signature.manifest()).getLayers())
                .orElse(List.of())
                .stream()
                .anyMatch(layer -> isSigned(key, layer));
    }

    private boolean isSigned(VerificationKey key, Layer layer) {
        String signature =
                layer.getAnnotations() == null ? null : layer.getAnnotations().get(ImageSignature.ANNOTATION);
        byte[] payload = repository.blob(layer.getDigest());
        return signature != null && key.verifies(payload, signature) && ImageSignature.isOf(payload, digest);
    }

    @Override
    public String toString() {
        return repository + "@" + digest;
    }
}
