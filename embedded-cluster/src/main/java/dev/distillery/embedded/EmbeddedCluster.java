package dev.distillery.embedded;

import dev.distillery.embedded.api.ApiServer;
import dev.distillery.embedded.runner.PodDirectories;
import dev.distillery.embedded.runner.Runner;
import dev.distillery.embedded.store.Json;
import dev.distillery.embedded.store.Metadata;
import dev.distillery.embedded.store.ObjectStore;
import dev.distillery.embedded.store.ObjectWriter;
import dev.distillery.embedded.store.ResourceType;
import dev.distillery.embedded.store.ResourceTypes;
import dev.distillery.embedded.store.WriteOptions;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * A running development API server and the runner that plays its Jobs. Objects live in memory and are gone after
 * {@link #close()}, which also ends every process that was started; logs and the data of volume claims stay.
 */
public final class EmbeddedCluster implements AutoCloseable {
    private static final List<String> NAMESPACES = List.of("default", "kube-system");
    private static final int HISTORY_LIMIT = 20_000;
    private static final int TOKEN_BYTES = 32;

    private final String token;
    private final ApiServer server;
    private final Path kubeconfig;
    private final KubernetesClient client;
    private final Runner runner;

    private EmbeddedCluster(EmbeddedClusterOptions options) {
        Clock clock = Clock.systemUTC();
        byte[] secret = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(secret);
        this.token = HexFormat.of().formatHex(secret);
        ResourceTypes types = new ResourceTypes();
        ObjectStore store = new ObjectStore(clock.millis(), HISTORY_LIMIT);
        ObjectWriter writer = new ObjectWriter(store, types, clock);
        createNamespaces(types, writer);
        PodDirectories directories = new PodDirectories(options.stateDirectory());
        this.server = ApiServer.start(
                options.port(),
                token,
                types,
                store,
                writer,
                pod -> directories.log(Metadata.namespace(pod), Metadata.name(pod), Metadata.uid(pod)));
        this.kubeconfig = Kubeconfig.write(options.stateDirectory(), server.url(), server.certificate(), token);
        this.client = newClient("distillery-client");
        this.runner = Runner.start(newClient("distillery-runner"), options, directories);
    }

    /** Returns once the server answers and the runner watches. */
    public static EmbeddedCluster start(EmbeddedClusterOptions options) {
        return new EmbeddedCluster(options);
    }

    /** The file to name in {@code KUBECONFIG}; it is written anew, with a new token, by each start. */
    public Path kubeconfig() {
        return kubeconfig;
    }

    public String masterUrl() {
        return server.url();
    }

    public String token() {
        return token;
    }

    /** A client of this cluster, closed with it. */
    public KubernetesClient client() {
        return client;
    }

    @Override
    public void close() {
        runner.close();
        client.close();
        server.close();
    }

    private KubernetesClient newClient(String userAgent) {
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl(server.url())
                .withCaCertData(
                        Base64.getEncoder().encodeToString(server.certificate().getBytes(StandardCharsets.UTF_8)))
                .withOauthToken(token)
                .withNamespace("default")
                .withUserAgent(userAgent)
                .withHttp2Disable(true)
                .build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private static void createNamespaces(ResourceTypes types, ObjectWriter writer) {
        ResourceType namespaces = types.find("", "v1", "namespaces").orElseThrow();
        for (String name : NAMESPACES) {
            var namespace = Json.object();
            namespace.putObject("metadata").put("name", name);
            writer.create(namespaces, "", namespace, WriteOptions.by("distillery"));
        }
    }
}
