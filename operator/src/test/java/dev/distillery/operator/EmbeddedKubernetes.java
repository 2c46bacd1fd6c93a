package dev.distillery.operator;

import dev.distillery.embedded.EmbeddedCluster;
import dev.distillery.embedded.EmbeddedClusterOptions;
import dev.distillery.recipe.RecipeDocument;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The embedded cluster, with pods as local processes. */
final class EmbeddedKubernetes implements KubernetesUnderTest {
    private final Path state;
    private final EmbeddedCluster cluster;

    EmbeddedKubernetes(Path state) throws IOException {
        this.state = state;
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> trainer = List.of(
                java,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FakeTrainer.class.getName());
        this.cluster = EmbeddedCluster.start(EmbeddedClusterOptions.in(state)
                .withImages(Map.of(TRAINER_IMAGE, trainer))
                .withRetryDelay(Duration.ofMillis(50)));
        try (InputStream crd = RecipeDocument.class.getResourceAsStream(RecipeDocument.CRD_RESOURCE)) {
            client().load(crd).create();
        }
    }

    @Override
    public KubernetesClient client() {
        return cluster.client();
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
