package dev.distillery.embedded;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One cluster per test class, whose image {@code shell} runs its one argument as a shell script. */
public final class ClusterExtension implements BeforeAllCallback, AfterAllCallback {
    private final int gpus;
    private Path directory;
    private EmbeddedCluster cluster;

    public ClusterExtension() {
        this(0);
    }

    public ClusterExtension(int gpus) {
        this.gpus = gpus;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        directory = Files.createTempDirectory("embedded-cluster");
        cluster = EmbeddedCluster.start(EmbeddedClusterOptions.in(directory)
                .withImages(Map.of("shell", List.of("/bin/sh", "-c")))
                .withGpus(gpus)
                .withRetryDelay(Duration.ofMillis(20))
                .withShutdownGrace(Duration.ofSeconds(1)));
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        cluster.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    public EmbeddedCluster cluster() {
        return cluster;
    }

    public KubernetesClient client() {
        return cluster.client();
    }

    /** A fresh namespace, so that tests do not see each other's objects. */
    public String newNamespace() {
        String name = "test-" + UUID.randomUUID().toString().substring(0, 8);
        client().resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
        return name;
    }
}
