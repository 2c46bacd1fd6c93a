package dev.distillery.trainer.publish.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.recipe.Publish;
import dev.distillery.report.ExitCode;
import dev.distillery.report.TrainerEnvironment;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Credentials;
import dev.distillery.trainer.publish.Patience;
import dev.distillery.trainer.publish.TlsIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real registry behind TLS whose authority no system knows; skipped where docker-registry is not installed. */
class OciTlsTest {
    @TempDir
    Path folder;

    @Test
    void itsAuthorityIsTakenFromTheSecretOrTheEnvironment() throws Exception {
        DockerRegistry.assumeInstalled();
        TlsIdentity identity = TlsIdentity.in(folder);
        try (DockerRegistry registry = new DockerRegistry(folder, identity)) {
            assertThat(tags(registry, Map.of(prefix() + "ca.crt", Files.readString(identity.certificate()))))
                    .isEmpty();
            assertThat(tags(
                            registry,
                            Map.of("SSL_CERT_FILE", identity.certificate().toString())))
                    .isEmpty();
            TrainerException e = catchThrowableOfType(TrainerException.class, () -> tags(registry, Map.of()));
            assertThat(e.exitCode()).isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
        }
    }

    private static List<String> tags(DockerRegistry registry, Map<String, String> more) {
        Publish.Destination destination = new Publish.Destination(
                "oci://" + registry.address() + "/tls", new Publish.SecretRef("registry"), null, null, false, null);
        Map<String, String> env = new HashMap<>(more);
        env.put(prefix() + "username", DockerRegistry.USER);
        env.put(prefix() + "password", DockerRegistry.PASSWORD);
        return OciRepository.open(
                        destination,
                        "fashion",
                        Credentials.of(0, destination, env),
                        new Patience(1, Duration.ofMillis(1)))
                .tags();
    }

    private static String prefix() {
        return TrainerEnvironment.destinationPrefix(0);
    }
}
