package dev.distillery.operator.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distillery.embedded.EmbeddedCluster;
import dev.distillery.embedded.EmbeddedClusterOptions;
import dev.distillery.operator.MutableClock;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateSecretTest {
    private static final String HOST = "distillery.ml.svc";

    @TempDir
    static Path folder;

    private static EmbeddedCluster kubernetes;

    private final MutableClock clock = new MutableClock();
    private final String name = "tls-" + UUID.randomUUID();
    private final CertificateSecret secret = secret(HOST);

    @BeforeAll
    static void start() {
        kubernetes = EmbeddedCluster.start(EmbeddedClusterOptions.in(folder));
    }

    @AfterAll
    static void stop() {
        kubernetes.close();
    }

    @Test
    void isMadeOnceAndSharedByAllReplicas() throws Exception {
        ServerCertificate one = secret.upToDate();
        ServerCertificate another = secret(HOST).upToDate();
        assertThat(another).isEqualTo(one);
        assertThat(one.names(HOST)).isTrue();
        assertThat(stored().getType()).isEqualTo("kubernetes.io/tls");
        one.chain().get(0).verify(authority().getPublicKey());
    }

    @Test
    void isForAnAddressToo() {
        assertThat(secret("127.0.0.1").upToDate().names("127.0.0.1")).isTrue();
    }

    @Test
    void isRenewedAfterTwoThirdsOfItsLifeUnderTheSameAuthority() {
        ServerCertificate first = secret.upToDate();
        clock.advance(Duration.ofDays(59));
        assertThat(secret.upToDate()).isEqualTo(first);
        clock.advance(Duration.ofDays(1));
        ServerCertificate second = secret.upToDate();
        assertThat(second.chain()).isNotEqualTo(first.chain());
        assertThat(second.authority()).isEqualTo(first.authority());
        assertThat(secret.upToDate()).isEqualTo(second);
    }

    @Test
    void anAuthorityThatEndsIsReplacedInTime() {
        ServerCertificate first = secret.upToDate();
        clock.advance(CertificateAuthority.LIFE.minusDays(80));
        ServerCertificate second = secret.upToDate();
        assertThat(second.authority()).isNotEqualTo(first.authority());
    }

    @Test
    void anotherHostNeedsAnotherCertificate() {
        secret.upToDate();
        assertThat(secret("elsewhere.ml.svc").upToDate().names("elsewhere.ml.svc"))
                .isTrue();
    }

    @Test
    void whatSomebodyDamagedIsMended() {
        secret.upToDate();
        client().secrets().inNamespace("default").withName(name).edit(found -> new SecretBuilder(found)
                .addToStringData("tls.key", "damaged")
                .build());
        assertThat(secret.upToDate().key().getAlgorithm()).isEqualTo("EC");
    }

    @Test
    void aSecretOfSomebodyElseIsReadAndNeverWritten() {
        Map<String, String> entries =
                CertificateAuthority.create(clock.instant()).issue(HOST, clock.instant());
        Secret others = client().resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace("default")
                        .endMetadata()
                        .withType("kubernetes.io/tls")
                        .withStringData(entries)
                        .build())
                .create();
        clock.advance(Duration.ofDays(89));
        assertThat(secret.upToDate().authority()).isEqualTo(entries.get("ca.crt"));
        assertThat(stored().getMetadata().getResourceVersion())
                .isEqualTo(others.getMetadata().getResourceVersion());
    }

    @Test
    void aSecretOfSomebodyElseThatCannotBeUsedIsNamedAndNotShown() {
        client().resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace("default")
                        .endMetadata()
                        .addToStringData("ca.crt", "x")
                        .addToStringData("tls.crt", "very private")
                        .build())
                .create();
        assertThatThrownBy(secret::upToDate)
                .hasMessageContaining("Secret default/" + name + ": entry tls.crt cannot be used")
                .hasMessageNotContaining("private");
    }

    @Test
    void aServerShowsTheRenewedCertificateAndKeepsTheOldOneWhileTheApiServerRefuses() {
        try (CurrentCertificate current = new CurrentCertificate(secret)) {
            var first = current.keys().getCertificateChain("server")[0];
            clock.advance(Duration.ofDays(61));
            current.look();
            var second = current.keys().getCertificateChain("server")[0];
            assertThat(second).isNotEqualTo(first);
            client().secrets().inNamespace("default").withName(name).edit(found -> new SecretBuilder(found)
                    .editMetadata()
                    .withLabels(Map.of())
                    .endMetadata()
                    .withData(Map.of())
                    .build());
            current.look();
            assertThat(current.keys().getCertificateChain("server")[0]).isEqualTo(second);
        }
    }

    private X509Certificate authority() {
        return ServerCertificate.certificates(stored(), "ca.crt").get(0);
    }

    private Secret stored() {
        return client().secrets().inNamespace("default").withName(name).get();
    }

    private CertificateSecret secret(String host) {
        return new CertificateSecret(client(), "default", name, host, clock);
    }

    private static KubernetesClient client() {
        return kubernetes.client();
    }
}
