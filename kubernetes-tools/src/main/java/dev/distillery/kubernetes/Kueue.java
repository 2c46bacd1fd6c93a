package dev.distillery.kubernetes;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceConversion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceConversionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Kueue's controller on a {@link ControlPlane}, for batch Jobs. The API server cannot call its webhooks, which have a
 * certificate for a name within a cluster: a Job must come suspended, what they would refuse is taken, and an object of one
 * version of the API is given out as another with its fields unchanged.
 */
public final class Kueue implements AutoCloseable {
    private static final String NAMESPACE = "kueue-system";
    private static final String SECRET = "kueue-webhook-server-cert";

    /** Kueue does not start before its certificate is in all of them. */
    private static final CustomResourceConversion WEBHOOK = new CustomResourceConversionBuilder()
            .withStrategy("Webhook")
            .withNewWebhook()
            .withConversionReviewVersions("v1")
            .withNewClientConfig()
            .withUrl("https://127.0.0.1/convert")
            .endClientConfig()
            .endWebhook()
            .build();

    private static final String AS_THEY_ARE =
            "{\"spec\": {\"conversion\": {\"strategy\": \"None\", \"webhook\": null}}}";

    private final Server server;

    private Kueue(Server server) {
        this.server = server;
    }

    /**
     * @param folder for configuration, certificates and log; made if absent
     * @return once it works
     */
    public static Kueue start(KubernetesBinaries binaries, ControlPlane control, Path folder) {
        try {
            Path certificates = Files.createDirectories(folder.resolve("certificates"));
            List<CustomResourceDefinition> types = Definitions.in(binaries.crds("kueue"));
            types.forEach(type -> define(control.client(), type));
            prepare(control.client());
            String health = "127.0.0.1:" + Server.freePort();
            Server server = Server.start(
                    List.of(
                            binaries.program("kueue").toString(),
                            "--config=" + configuration(folder, certificates, health),
                            "--kubeconfig=" + control.kubeconfig()),
                    folder);
            server.await(() -> mount(control.client(), certificates));
            server.awaitOk("http://" + health + "/readyz");
            types.forEach(
                    type -> control.client().resource(type).patch(PatchContext.of(PatchType.JSON_MERGE), AS_THEY_ARE));
            return new Kueue(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void define(KubernetesClient client, CustomResourceDefinition type) {
        type.getSpec().setConversion(WEBHOOK);
        Definitions.apply(client, type);
    }

    private static void prepare(KubernetesClient client) {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace(NAMESPACE)
                        .withName(SECRET)
                        .endMetadata()
                        .build())
                .create();
    }

    private static Path configuration(Path folder, Path certificates, String health) throws IOException {
        return Files.writeString(
                folder.resolve("kueue.yaml"),
                """
                apiVersion: config.kueue.x-k8s.io/v1beta2
                kind: Configuration
                namespace: %s
                health: {healthProbeBindAddress: "%s"}
                metrics: {bindAddress: "0"}
                webhook: {host: 127.0.0.1, port: %d, certDir: "%s"}
                leaderElection: {leaderElect: false}
                featureGates: {VisibilityOnDemand: false}
                integrations: {frameworks: [batch/job]}
                """
                        .formatted(NAMESPACE, health, Server.freePort(), certificates));
    }

    /** As a kubelet does: Kueue writes its certificate to a Secret, and reads it from a folder. */
    private static boolean mount(KubernetesClient client, Path certificates) throws IOException {
        Secret secret = client.secrets().inNamespace(NAMESPACE).withName(SECRET).get();
        if (secret.getData() == null || secret.getData().isEmpty()) {
            return false;
        }
        for (Map.Entry<String, String> file : secret.getData().entrySet()) {
            Files.write(certificates.resolve(file.getKey()), Base64.getDecoder().decode(file.getValue()));
        }
        return true;
    }

    @Override
    public void close() {
        server.close();
    }
}
