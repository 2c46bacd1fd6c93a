package dev.distillery.serving.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies that come slowly, or never. */
class RequestBodyTest {
    private static final int MOST = 1000;
    private static final Duration LONG = Duration.ofHours(1);

    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void whatIsAnnouncedKeepsNobodyOut() throws IOException {
        BodyBudget budget = new BodyBudget(MOST, LONG);
        HttpServer server = serve(budget);
        try (Socket announcing = begin(server, MOST);
                Socket other = begin(server, MOST)) {
            send(announcing, "x".repeat(10));
            await().until(() -> budget.taken() == 10);
            send(other, "x".repeat(MOST - 10));
            await().until(() -> budget.taken() == MOST);
            send(other, "x".repeat(10));
            assertThat(line(other)).contains("503");
            await("what was refused is given back").until(() -> budget.taken() == 10);
            send(announcing, "x".repeat(MOST - 10));
            assertThat(line(announcing)).contains("200");
        }
        await().until(() -> budget.taken() == 0);
    }

    @Test
    void whoTakesTooLongIsToldAndCutOff() throws IOException {
        BodyBudget budget = new BodyBudget(MOST, Duration.ofMillis(200));
        try (Socket slow = begin(serve(budget), MOST)) {
            send(slow, "x");
            String answer = new String(slow.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer)
                    .startsWith("HTTP/1.1 408")
                    .endsWith("{\"error\":\"the body: got 1 bytes in 0.2 s, expected all of it\"}");
        }
        await().until(() -> budget.taken() == 0);
    }

    /** Else whoever sends, goes and sends again fills the heap with what waits. */
    @Test
    void whatIsInWorkIsHeldThoughTheCallerHasGone() throws IOException {
        BodyBudget budget = new BodyBudget(MOST, LONG);
        Promise<Integer> work = Promise.promise();
        AtomicReference<RoutingContext> request = new AtomicReference<>();
        HttpServer server = serve(budget, (context, body) -> {
            request.set(context);
            return work.future();
        });
        try (Socket going = begin(server, MOST)) {
            send(going, "x".repeat(MOST));
            await().until(() -> request.get() != null);
        }
        await().until(() -> request.get().response().closed());
        assertThat(budget.taken()).isEqualTo(MOST);
        try (Socket other = begin(server, MOST)) {
            send(other, "x".repeat(10));
            assertThat(line(other)).contains("503");
        }
        work.complete(0);
        await().until(() -> budget.taken() == 0);
    }

    private HttpServer serve(BodyBudget budget) {
        return serve(budget, (context, body) -> Future.succeededFuture(body.length));
    }

    private HttpServer serve(BodyBudget budget, BiFunction<RoutingContext, byte[], Future<Integer>> work) {
        Answers answers = new Answers(new SimpleMeterRegistry());
        Router router = Router.router(vertx);
        router.route().handler(context -> RequestBody.read(context, budget, MOST, body -> work.apply(context, body))
                .onSuccess(length -> answers.json(context, length))
                .onFailure(e -> answers.fail(context, e)));
        return vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private static Socket begin(HttpServer server, int length) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.actualPort());
        socket.setSoTimeout((int) Duration.ofSeconds(30).toMillis());
        send(socket, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n");
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String line(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes("HTTP/1.1 200".length()), StandardCharsets.US_ASCII);
    }
}
