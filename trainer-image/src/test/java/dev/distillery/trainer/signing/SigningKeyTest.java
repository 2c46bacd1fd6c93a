package dev.distillery.trainer.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The keys, and one signature, were made by cosign and OpenSSL; see the README beside them. */
class SigningKeyTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"protected, secret", "open, ''", "plain, ''"})
    void whatAKeySignsItsPublicHalfVerifies(String name, String password) throws IOException {
        SigningKey key = key(name, password);
        String signature = key.sign(HELLO);
        assertThat(VerificationKey.read(resource(name + ".pub")).verifies(HELLO, signature))
                .isTrue();
        assertThat(key.sign(HELLO)).as("the same again").isEqualTo(signature);
    }

    @Test
    void cosignsSignatureIsVerifiedAndNoOther() throws IOException {
        String signature = Files.readString(resource("cosign-hello.sig"));
        VerificationKey key = VerificationKey.read(resource("protected.pub"));
        assertThat(key.verifies(HELLO, signature)).isTrue();
        assertThat(key.verifies("hellp".getBytes(StandardCharsets.US_ASCII), signature))
                .isFalse();
        assertThat(VerificationKey.read(resource("open.pub")).verifies(HELLO, signature))
                .isFalse();
        assertThat(key.verifies(HELLO, signature + "\n")).as("another spelling").isFalse();
        assertThat(key.verifies(HELLO, "")).isFalse();
        assertThat(key.verifies(HELLO, "AAAA")).isFalse();
    }

    @Test
    void aWrongPasswordIsNamed() {
        assertThatThrownBy(() -> key("protected", "secreT"))
                .isInstanceOfSatisfying(
                        TrainerException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.INVALID_RECIPE))
                .hasMessageContainingAll(
                        "spec.publish.signing.secretRef", "the password does not open", "cosign.password");
    }

    @Test
    void otherKeysAreRefused() {
        assertThatThrownBy(() -> key("p384", "")).hasMessageContaining("not on P-256");
        assertThatThrownBy(() -> keyIn("plain.pub", "")).hasMessageContaining("PEM block PUBLIC KEY");
        assertThatThrownBy(() -> SigningKey.in(folder.resolve("nowhere"))).hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> VerificationKey.read(resource("plain.key")))
                .hasMessageContaining("PEM block PRIVATE KEY");
    }

    @Test
    void aKeyOfOutrageousCostIsNotComputed() throws IOException {
        String costly =
                "{\"kdf\":{\"name\":\"scrypt\",\"params\":{\"N\":1073741824,\"r\":8,\"p\":1},\"salt\":\"AAAA\"},"
                        + "\"cipher\":{\"name\":\"nacl/secretbox\",\"nonce\":\"" + "A".repeat(32) + "\"},"
                        + "\"ciphertext\":\"" + "A".repeat(40) + "\"}";
        assertThatThrownBy(() -> CosignKeyBox.parse(costly.getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("in a form that cosign does not write");
    }

    @Test
    void anImageIsSignedAsCosignLooksForIt() throws IOException {
        String digest = "sha256:" + "ab".repeat(32);
        ImageSignature signed =
                ImageSignature.of(key("protected", "secret"), "registry.example.com/models/fashion", digest);
        JsonNode payload = new ObjectMapper().readTree(signed.payload());
        assertThat(payload.at("/critical/image/docker-manifest-digest").asText())
                .isEqualTo(digest);
        assertThat(payload.at("/critical/identity/docker-reference").asText())
                .isEqualTo("registry.example.com/models/fashion");
        assertThat(payload.at("/critical/type").asText()).isEqualTo("cosign container image signature");
        assertThat(payload.get("optional").isNull()).isTrue();
        assertThat(VerificationKey.read(resource("protected.pub")).verifies(signed.payload(), signed.signature()))
                .isTrue();
        assertThat(ImageSignature.tag(digest)).isEqualTo("sha256-" + "ab".repeat(32) + ".sig");
    }

    private SigningKey key(String name, String password) throws IOException {
        return keyIn(name + ".key", password);
    }

    /** From a folder as the operator mounts the Secret. */
    private SigningKey keyIn(String file, String password) throws IOException {
        Files.write(folder.resolve(SigningKey.KEY_FILE), Files.readAllBytes(resource(file)));
        if (!password.isEmpty()) {
            Files.writeString(folder.resolve(SigningKey.PASSWORD_FILE), password);
        }
        return SigningKey.in(folder);
    }

    private static Path resource(String name) {
        try {
            return Path.of(SigningKeyTest.class.getResource("/signing/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
