package dev.distillery.trainer.publish.oci;

import dev.distillery.recipe.Publish;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Authority;
import dev.distillery.trainer.publish.Credentials;
import dev.distillery.trainer.publish.Patience;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import land.oras.ContainerRef;
import land.oras.Descriptor;
import land.oras.Manifest;
import land.oras.Registry;
import land.oras.Tags;
import land.oras.exception.OrasException;

/** Blobs, manifests and tags of one repository. What a registry answers with trouble of its own is asked again. */
final class OciRepository {
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int TOO_LARGE = 413;
    private static final int TAGS_A_PAGE = 1000;
    /** Bytes a second, half a megabit: whoever takes or gives less does not answer. */
    private static final int SLOWEST = 64 << 10;

    private final Registry registry;
    private final String name;
    private final Patience patience;

    private OciRepository(Registry registry, String name, Patience patience) {
        this.registry = registry;
        this.name = name;
        this.patience = patience;
    }

    static OciRepository open(
            Publish.Destination destination, String modelName, Credentials credentials, Patience patience) {
        String path = destination.uri().substring("oci://".length()).replaceAll("/+$", "");
        String host = path.substring(0, path.indexOf('/'));
        Registry.Builder builder = Registry.builder();
        Optional<RegistryLogin> login = RegistryLogin.of(path + "/" + modelName, credentials);
        builder = login.isPresent()
                ? builder.defaults(host, login.get().username(), login.get().password())
                : builder.defaults(host);
        Optional<String> authority = Authority.of(credentials, "SSL_CERT_FILE");
        if (authority.isPresent()) {
            builder = builder.withCaContent(authority.get());
        }
        return new OciRepository(
                builder.withInsecure(destination.plainHttp()).build(), path + "/" + modelName, patience);
    }

    /** @return registry and repository, as references of images begin */
    String name() {
        return name;
    }

    /**
     * @param manifest as it lies there
     * @param digest that it has by the registry's own account; null if that gives none
     */
    record Tagged(byte[] manifest, String digest, Map<String, String> annotations) {}

    List<String> tags() {
        return call("tags", "listed", () -> {
            List<String> all = new ArrayList<>();
            String last = null;
            try {
                do {
                    String after = last;
                    Tags page = answered(() -> registry.getTags(ref(null), TAGS_A_PAGE, after));
                    if (page.tags() != null) {
                        all.addAll(page.tags());
                    }
                    last = page.last();
                } while (last != null);
            } catch (OrasException e) {
                if (e.getStatusCode() != NOT_FOUND) {
                    throw e;
                }
            }
            return all;
        });
    }

    /** @return what the tag, or digest, names; empty if there is no such thing */
    Optional<Tagged> manifest(String tag) {
        return call(tag, "read", () -> {
            try {
                Descriptor found = answered(() -> registry.getDescriptor(ref(tag)));
                Map<String, String> annotations =
                        Manifest.fromJson(found.getJson()).getAnnotations();
                return Optional.of(new Tagged(
                        found.getJson().getBytes(StandardCharsets.UTF_8),
                        found.getDigest(),
                        annotations == null ? Map.of() : annotations));
            } catch (OrasException e) {
                if (e.getStatusCode() == NOT_FOUND) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    /** Uploads a blob unless it is there already, and reads it back. */
    void bring(byte[] content) {
        String digest = OciArtifact.digest(content);
        Duration limit = patience.silence().plusSeconds(content.length / SLOWEST);
        call(digest, "written", () -> Deadline.within(limit, () -> registry.pushBlob(ref(null), content)));
        byte[] there = blob(digest);
        if (!Arrays.equals(there, content)) {
            throw unavailable(digest + ": what was read back is not what was written", null);
        }
    }

    /** @return as it lies there; whether that has this digest is the caller's to check */
    byte[] blob(String digest) {
        return call(digest, "read", () -> read(digest));
    }

    /** Not {@code getBlob}, which (0.7.0) takes every blob for text. */
    private byte[] read(String digest) {
        try (InputStream blob = answered(() -> registry.fetchBlob(ref(null).withDigest(digest)))) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] part;
            do {
                part = answered(() -> blob.readNBytes(SLOWEST));
                all.writeBytes(part);
            } while (part.length > 0);
            return all.toByteArray();
        } catch (IOException e) {
            throw new OrasException("the connection ended", e);
        }
    }

    /**
     * Points a tag at a manifest whose blobs are there; the tag may have pointed elsewhere. Looks before each request: where
     * tags never move, one that is there already, perhaps by a request whose answer was lost, would be refused.
     */
    void tag(String tag, byte[] manifest) {
        call(
                tag,
                "written",
                () -> holds(tag, manifest)
                        ? null
                        : answered(() -> registry.pushManifest(
                                ref(tag), Manifest.fromJson(new String(manifest, StandardCharsets.UTF_8)))));
        if (!holds(tag, manifest)) {
            throw unavailable(tag + ": what was read back is not what was written", null);
        }
    }

    private boolean holds(String tag, byte[] manifest) {
        return manifest(tag)
                .filter(there -> Arrays.equals(there.manifest(), manifest))
                .isPresent();
    }

    private ContainerRef ref(String tag) {
        return ContainerRef.parse(tag == null ? name : name + (tag.startsWith("sha256:") ? "@" : ":") + tag);
    }

    private <T> T answered(Callable<T> request) {
        return Deadline.within(patience.silence(), request);
    }

    private <T> T call(String what, String done, Supplier<T> request) {
        for (int attempt = 1; ; attempt++) {
            try {
                return request.get();
            } catch (OrasException e) {
                if (isRefusal(e)) {
                    throw refused(what, done, e);
                }
                if (attempt == patience.attempts()) {
                    throw unavailable(what + " cannot be " + done + ", got " + reason(e), e);
                }
                sleep(patience.pauseAfter(attempt));
            }
        }
    }

    /** A registry gives its reasons; a bare 400 is what its HTTP server says to half a request. */
    private static boolean isRefusal(OrasException e) {
        int status = e.getStatusCode();
        boolean halfRequest = status == BAD_REQUEST && e.getError() == null;
        return status / 100 == 4 && status != 408 && status != 429 && !halfRequest;
    }

    private TrainerException refused(String what, String done, OrasException e) {
        String advice =
                switch (e.getStatusCode()) {
                    case 401, 403 -> "check the credentials in secretRef, and that they may push there";
                    case NOT_FOUND -> "make the repository, or correct its name";
                    case TOO_LARGE -> "the registry, or a proxy before it, limits the size of uploads";
                    default -> "check that this is a registry of images";
                };
        return new TrainerException(
                ExitCode.PUBLISH_FAILED,
                this + ": " + what + " cannot be " + done + ", got " + reason(e)
                        + ", expected a registry that takes it; " + advice,
                e);
    }

    private TrainerException unavailable(String what, OrasException e) {
        return new TrainerException(
                ExitCode.DESTINATION_UNAVAILABLE,
                this + ": " + what + ", expected a registry that takes it; check its health and the network. The next"
                        + " attempt publishes without training",
                e);
    }

    private static String reason(OrasException e) {
        String status = e.getStatusCode() > 0 ? e.getStatusCode() + " " : "";
        String said = e.getError() == null ? "" : " " + e.getError().code();
        return status + e.getMessage() + said + (e.getCause() == null ? "" : " (" + e.getCause() + ")");
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainerException(ExitCode.INTERRUPTED, "stopped while it waited for a registry", e);
        }
    }

    @Override
    public String toString() {
        return "oci://" + name;
    }
}
