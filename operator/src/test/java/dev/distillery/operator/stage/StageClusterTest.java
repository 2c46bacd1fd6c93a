package dev.distillery.operator.stage;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.distillery.operator.Recipes;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.TrainingRecipe;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StageClusterTest {
    /** As the quota's admission answers when another request changed the quota at the same time. */
    private static final byte[] CONFLICT =
            """
            {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Conflict", "code": 409,
             "message": "Operation cannot be fulfilled on resourcequotas \\"gpus\\": the object has been modified"}
            """
                    .getBytes(StandardCharsets.UTF_8);

    @Test
    void aConflictThatMadeNothingIsNotTakenForSuccess() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean reads = exchange.getRequestMethod().equals("GET");
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(reads ? 404 : 409, reads ? -1 : CONFLICT.length);
            if (!reads) {
                exchange.getResponseBody().write(CONFLICT);
            }
            exchange.close();
        });
        server.start();
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .withNamespace("default")
                .build();
        TrainingRecipe recipe = Recipes.stored("photos", false);
        StagePlan plan =
                StagePlan.student(recipe, RecipeResolver.resolve("default", "photos", recipe.getSpec(), "trainer:1"));
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            StageCluster cluster = new StageCluster(client, null);
            assertThatThrownBy(() -> cluster.start(plan))
                    .isInstanceOf(KubernetesClientException.class)
                    .hasMessageContaining("resourcequotas");
        } finally {
            server.stop(0);
        }
    }
}
