package dev.distillery.embedded.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.embedded.ClusterExtension;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AccessTest {
    @RegisterExtension
    static final ClusterExtension CLUSTER = new ClusterExtension();

    @Test
    void refusesAWrongToken() {
        Config config = new ConfigBuilder(CLUSTER.client().getConfiguration())
                .withOauthToken("wrong")
                .build();
        try (KubernetesClient stranger =
                new KubernetesClientBuilder().withConfig(config).build()) {
            KubernetesClientException refusal = catchThrowableOfType(
                    KubernetesClientException.class,
                    () -> stranger.pods().inNamespace("default").list());
            assertThat(refusal.getCode()).isEqualTo(401);
            assertThat(refusal.getStatus().getReason()).isEqualTo("Unauthorized");
        }
    }

    @Test
    void theKubeconfigLetsItsOwnerAloneIn() throws Exception {
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(CLUSTER.cluster().kubeconfig())))
                .isEqualTo("rw-------");
        Config config = Config.fromKubeconfig(CLUSTER.cluster().kubeconfig().toFile());
        try (KubernetesClient owner =
                new KubernetesClientBuilder().withConfig(config).build()) {
            assertThat(owner.namespaces().list().getItems())
                    .extracting(namespace -> namespace.getMetadata().getName())
                    .contains("default", "kube-system");
        }
    }

    @Test
    void listensOnLoopbackOnly() {
        assertThat(CLUSTER.cluster().masterUrl()).startsWith("https://127.0.0.1:");
    }

    @Test
    void refusesProtobuf() throws Exception {
        var http = CLUSTER.client().getHttpClient();
        var request = http.newHttpRequestBuilder()
                .uri(CLUSTER.cluster().masterUrl() + "/api/v1/namespaces/default/configmaps")
                .post("application/vnd.kubernetes.protobuf", new ByteArrayInputStream(new byte[] {1}), 1)
                .build();
        HttpResponse<String> response = http.sendAsync(request, String.class).get();
        assertThat(response.code()).isEqualTo(415);
        assertThat(response.bodyString()).contains("\"reason\":\"UnsupportedMediaType\"");
    }
}
