package dev.distillery.operator;

import dev.distillery.embedded.EmbeddedCluster;
import dev.distillery.embedded.EmbeddedClusterOptions;
import dev.distillery.recipe.RecipeDocument;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;

/** The embedded cluster, with pods as local processes. */
final class EmbeddedKubernetes implements KubernetesUnderTest {
    private final Path state;
    private final EmbeddedCluster cluster;

    EmbeddedKubernetes(Path state) throws IOException {
        this.state = state;
        this.cluster = EmbeddedCluster.start(EmbeddedClusterOptions.in(state)
                .withImages(KubernetesUnderTest.images())
                .withRetryDelay(Duration.ofMillis(50)));
        try (InputStream crd = RecipeDocument.class.getResourceAsStream(RecipeDocument.CRD_RESOURCE)) {
            define(crd);
        }
    }

    @Override
    public KubernetesClient client() {
        return cluster.client();
    }

    @Override
    public InputStream kserve() {
        return getClass().getResourceAsStream("/kserve/inferenceservices.yaml");
    }

    @Override
    public Path kubeconfig() {
        return cluster.kubeconfig();
    }

    @Override
    public Path claim(String namespace, String name) {
        return state.resolve("volumes").resolve(namespace).resolve(name);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
