package dev.distillery.trainer.publish.oci;

import static dev.distillery.trainer.publish.PublishedFixture.model;
import static dev.distillery.trainer.publish.PublishedFixture.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.signing.ImageSignature;
import dev.distillery.trainer.signing.SigningFixture;
import dev.distillery.trainer.signing.SigningKey;
import dev.distillery.trainer.verify.Verification;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import land.oras.Manifest;
import org.junit.jupiter.api.Test;

/** What {@code verify} finds in a real registry; skipped where docker-registry is not installed. */
class OciVersionTest extends RegistryScenario {
    @Test
    void verifyReadsAnImageAndItsSignature() throws IOException {
        SigningKey key = SigningFixture.key(folder);
        Artifact artifact = registry.publish("verified", signed("run-1", key), key);
        for (String reference : List.of("1", "latest", artifact.digest())) {
            Verification found = verify("verified", reference);
            assertThat(found.faults()).isEmpty();
            assertThat(found.files()).isEqualTo(11);
        }
        Artifact unsigned = registry.publish("verified", signed("run-2", key));
        assertThat(verify("verified", "2").faults())
                .containsExactly("image " + unsigned.digest() + ": has no signature by the given key");
        OciRepository repository = registry.repository("verified");
        repository.tag(
                ImageSignature.tag(unsigned.digest()),
                repository
                        .manifest(ImageSignature.tag(artifact.digest()))
                        .orElseThrow()
                        .manifest());
        assertThat(verify("verified", "2").faults())
                .as("the signature is of another image")
                .containsExactly("image " + unsigned.digest() + ": has no signature by the given key");
        TrainerException e = catchThrowableOfType(TrainerException.class, () -> verify("verified", "9"));
        assertThat(e.exitCode()).isEqualTo(ExitCode.INVALID_DATA);
    }

    @Test
    void anIndexIsNoVersion() throws IOException {
        registry.publish("index", model("run-1", null));
        OciRepository.Tagged version =
                registry.repository("index").manifest("1").orElseThrow();
        String index =
                """
                {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                 "manifests": [{"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "%s", "size": %d}]}"""
                        .formatted(version.digest(), version.manifest().length);
        // Not the client's pushIndex, which needs a later Jackson than ours.
        HttpURLConnection put = (HttpURLConnection) registry.uri()
                .resolve("/v2/index/fashion/manifests/many")
                .toURL()
                .openConnection();
        put.setRequestMethod("PUT");
        put.setDoOutput(true);
        put.setRequestProperty("Content-Type", "application/vnd.oci.image.index.v1+json");
        put.setRequestProperty(
                "Authorization",
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(utf8(DockerRegistry.USER + ":" + DockerRegistry.PASSWORD)));
        put.getOutputStream().write(utf8(index));
        assertThat(put.getResponseCode()).isEqualTo(HttpURLConnection.HTTP_CREATED);
        TrainerException e = catchThrowableOfType(TrainerException.class, () -> verify("index", "many"));
        assertThat(e.exitCode()).isEqualTo(ExitCode.INVALID_DATA);
        assertThat(e).hasMessageContainingAll("index/fashion: many: got application/vnd.oci.image.index", "its digest");
    }

    /** On the registry's disk, where no digest guards it. */
    @Test
    void aBitFlippedInTheRegistryIsFound() throws IOException {
        SigningKey key = SigningFixture.key(folder);
        ModelVersion model = signed("run-1", key);
        registry.publish("flipped", model, key);
        Manifest manifest = registry.manifest("flipped", "1");
        String layer = manifest.getLayers().get(0).getDigest();
        flipped(layer, model.files().get("labels.txt"), "layer " + layer + ": its content is not what was published");
        String config = manifest.getConfig().getDigest();
        flipped(config, utf8("amd64"), "configuration " + config + ": its content is not what was published");
        String whole = manifest.getDescriptor().getDigest();
        flipped(whole, utf8("0.9"), "manifest: got sha256:");
    }

    /** @param part of which a bit flips */
    private static void flipped(String digest, byte[] part, String fault) throws IOException {
        Path blob = registry.blob(digest.substring("sha256:".length()));
        byte[] whole = Files.readAllBytes(blob);
        byte[] flipped = whole.clone();
        flipped[indexOf(whole, part)] ^= 1;
        try {
            Files.write(blob, flipped);
            assertThat(verify("flipped", "1").faults()).anyMatch(each -> each.startsWith(fault));
        } finally {
            // Other tests have the same blobs.
            Files.write(blob, whole);
        }
        assertThat(verify("flipped", "1").faults()).isEmpty();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int indexOf(byte[] content, byte[] part) {
        return new String(content, StandardCharsets.ISO_8859_1).indexOf(new String(part, StandardCharsets.ISO_8859_1));
    }

    private static Verification verify(String namespace, String reference) throws IOException {
        return Verification.of(OciVersion.in(registry.repository(namespace), reference), SigningFixture.publicKey());
    }
}
