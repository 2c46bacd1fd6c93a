package dev.distillery.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distillery.report.ExitCode;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningSecretTest {
    @TempDir
    Path folder;

    @Test
    void holdsTheKeyAndItsPasswordUnderTheNameThatTheRecipeGets() throws IOException {
        Path key = Files.writeString(folder.resolve("release.key"), "a key");
        Secret secret = SigningSecret.of("vision", key, Map.of("COSIGN_PASSWORD", "open sesame"));
        assertThat(secret.getMetadata().getNamespace()).isEqualTo("vision");
        assertThat(SigningSecret.RECIPE_FIELD.path()).containsExactly("spec", "publish", "signing");
        assertThat(SigningSecret.RECIPE_FIELD.value().at("/secretRef/name").asText())
                .isEqualTo(secret.getMetadata().getName());
        assertThat(decoded(secret, "cosign.key")).isEqualTo("a key");
        assertThat(decoded(secret, "cosign.password")).isEqualTo("open sesame");
        assertThat(decoded(SigningSecret.of("vision", key, Map.of()), "cosign.password"))
                .isEmpty();
    }

    @Test
    void aMissingKeyIsWrongUsage() {
        assertThatThrownBy(() -> SigningSecret.of("vision", folder.resolve("nowhere"), Map.of()))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.code()).isEqualTo(ExitCode.USAGE))
                .hasMessageContaining("--signing-key");
    }

    private static String decoded(Secret secret, String key) {
        return new String(Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.UTF_8);
    }
}
