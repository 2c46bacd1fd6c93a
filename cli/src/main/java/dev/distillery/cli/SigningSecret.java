package dev.distillery.cli;

import dev.distillery.report.ExitCode;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;

/** The Secret that {@code --signing-key} makes in the embedded cluster, as {@code cosign generate-key-pair k8s://} would. */
final class SigningSecret {
    private static final String NAME = "distillery-signing-key";
    static final FieldOverride RECIPE_FIELD =
            FieldOverride.parse("spec.publish.signing={secretRef: {name: " + NAME + "}}");

    private SigningSecret() {}

    /**
     * @param environment may hold the key's password as {@code COSIGN_PASSWORD}
     * @throws Failure USAGE if the file cannot be read
     */
    static Secret of(String namespace, Path key, Map<String, String> environment) {
        try {
            String password = environment.getOrDefault("COSIGN_PASSWORD", "");
            return new SecretBuilder()
                    .withNewMetadata()
                    .withNamespace(namespace)
                    .withName(NAME)
                    .endMetadata()
                    .addToData("cosign.key", base64(Files.readAllBytes(key)))
                    .addToData("cosign.password", base64(password.getBytes(StandardCharsets.UTF_8)))
                    .build();
        } catch (IOException e) {
            throw new Failure(ExitCode.USAGE, "--signing-key: " + key + " cannot be read (" + e + ")");
        }
    }

    private static String base64(byte[] content) {
        return Base64.getEncoder().encodeToString(content);
    }
}
