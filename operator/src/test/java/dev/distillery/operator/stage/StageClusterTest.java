package dev.distillery.operator.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.distillery.operator.Recipes;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.TrainingRecipe;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StageClusterTest {
    /** As the quota's admission answers when another request changed the quota at the same time. */
    private static final byte[] CONFLICT =
            """
            {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Conflict", "code": 409,
             "message": "Operation cannot be fulfilled on resourcequotas \\"gpus\\": the object has been modified"}
            """
                    .getBytes(StandardCharsets.UTF_8);

    private static final byte[] JOB =
            """
            {"kind": "Job", "apiVersion": "batch/v1", "metadata": {"name": "photos", "namespace": "default",
             "resourceVersion": "1"}, "spec": {"template": {"spec": {"containers": []}}}}
            """
                    .getBytes(StandardCharsets.UTF_8);

    private final StagePlan plan = plan();

    @Test
    void aConflictThatMadeNothingIsNotTakenForSuccess() throws IOException {
        against(
                exchange -> {
                    boolean reads = exchange.getRequestMethod().equals("GET");
                    answer(exchange, reads ? 404 : 409, reads ? null : CONFLICT);
                },
                cluster -> assertThatThrownBy(() -> cluster.start(plan))
                        .isInstanceOf(KubernetesClientException.class)
                        .hasMessageContaining("resourcequotas"));
    }

    /** Between the edit's read and its write, or between two reads. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void whatWentWhileItWasEditedIsGone(int reads) throws IOException {
        AtomicInteger left = new AtomicInteger(reads);
        against(
                exchange -> {
                    boolean there = exchange.getRequestMethod().equals("GET") && left.getAndDecrement() > 0;
                    answer(exchange, there ? 200 : 404, there ? JOB : null);
                },
                cluster -> assertThatCode(() -> cluster.suspend(job(), true)).doesNotThrowAnyException());
    }

    /** Another leaves between, or what is edited is made anew: 409 or, where the patch does not fit it any more, 422. */
    @ParameterizedTest
    @ValueSource(ints = {409, 422})
    void whatChangedWhileItWasEditedIsEditedAnew(int refusal) throws IOException {
        AtomicInteger patches = new AtomicInteger();
        against(
                exchange -> {
                    boolean stale = exchange.getRequestMethod().equals("PATCH") && patches.getAndIncrement() == 0;
                    answer(exchange, stale ? refusal : 200, stale ? null : JOB);
                },
                cluster -> cluster.suspend(job(), true));
        assertThat(patches).hasValue(2);
    }

    private static Job job() {
        return new JobBuilder()
                .withNewMetadata()
                .withName("photos")
                .withNamespace("default")
                .endMetadata()
                .build();
    }

    private static void against(HttpHandler apiServer, Consumer<StageCluster> test) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", apiServer);
        server.start();
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .withNamespace("default")
                .build();
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            test.accept(new StageCluster(client, null));
        } finally {
            server.stop(0);
        }
    }

    private static void answer(HttpExchange exchange, int code, byte[] body) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, body == null ? -1 : body.length);
        if (body != null) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    private static StagePlan plan() {
        TrainingRecipe recipe = Recipes.stored("photos", false);
        return StagePlan.student(recipe, RecipeResolver.resolve("default", "photos", recipe.getSpec(), "trainer:1"));
    }
}
