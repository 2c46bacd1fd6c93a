package dev.distillery.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * KServe's controller with its webhooks on a {@link ControlPlane}, as its own installation configures it, with the serving
 * runtimes that it brings. It serves with Deployments: there is neither Knative nor an ingress. For its webhooks it has the
 * API server's certificate.
 */
public final class KServe implements AutoCloseable {
    private static final String NAMESPACE = "kserve";
    private static final Map<String, String> CONFIGURATION = Map.of(
            "deploy",
            "{\"defaultDeploymentMode\": \"Standard\"}",
            "ingress",
            """
            {"ingressGateway": "none/none", "ingressDomain": "example.com", "disableIngressCreation": true,
             "disableIstioVirtualHost": true}
            """);

    /** A service of a cluster, in KServe's webhook configurations. */
    private static final String IN_CLUSTER = "service:\\s+name: \\S+\\s+namespace: \\S+\\s+path: (\\S+)";

    private final Server server;

    private KServe(Server server) {
        this.server = server;
    }

    /**
     * @param folder for certificates and log; made if absent
     * @return once it works
     */
    public static KServe start(KubernetesBinaries binaries, ControlPlane control, Path folder) {
        KubernetesClient client = control.client();
        Path installation = binaries.configuration("kserve");
        try {
            Definitions.in(binaries.crds("kserve")).forEach(type -> Definitions.apply(client, type));
            client.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(NAMESPACE)
                            .endMetadata()
                            .build())
                    .create();
            ConfigMap configuration = Serialization.unmarshal(
                    Files.readString(installation.resolve("inferenceservice.yaml")), ConfigMap.class);
            configuration.getData().putAll(CONFIGURATION);
            client.resource(configuration).create();
            String health = "127.0.0.1:" + Server.freePort();
            int webhooks = Server.freePort();
            Server server = Server.start(
                    List.of(
                            binaries.program("kserve").toString(),
                            "--kubeconfig=" + control.kubeconfig(),
                            "--health-probe-addr=" + health,
                            "--webhook-port=" + webhooks,
                            "--metrics-addr=0"),
                    // It looks for its certificate there, and has no option for that.
                    Map.of("TMPDIR", certificates(control, folder).toString()),
                    folder);
            server.awaitOk("http://" + health + "/readyz");
            create(client, webhooks(installation.resolve("manifests.yaml"), webhooks, control));
            create(client, Files.readString(installation.resolve("default.yaml")));
            try (Stream<Path> files = Files.list(installation)) {
                for (Path runtime : files.filter(KServe::isRuntime).sorted().toList()) {
                    create(client, Files.readString(runtime));
                }
            }
            return new KServe(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isRuntime(Path file) {
        return file.getFileName().toString().startsWith("kserve-");
    }

    private static Path certificates(ControlPlane control, Path folder) throws IOException {
        Path certificates = Files.createDirectories(folder.resolve("k8s-webhook-server/serving-certs"));
        Files.copy(control.certificate(), certificates.resolve("tls.crt"));
        Files.copy(control.key(), certificates.resolve("tls.key"));
        return folder;
    }

    private static String webhooks(Path manifests, int port, ControlPlane control) throws IOException {
        String authority = Base64.getEncoder().encodeToString(Files.readAllBytes(control.certificate()));
        return Files.readString(manifests)
                .replaceAll(IN_CLUSTER, "url: https://127.0.0.1:" + port + "$1\n      caBundle: " + authority);
    }

    private static void create(KubernetesClient client, String yaml) {
        client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                .create();
    }

    @Override
    public void close() {
        server.close();
    }
}
