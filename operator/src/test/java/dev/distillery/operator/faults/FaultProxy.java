package dev.distillery.operator.faults;

import dev.distillery.operator.faults.FaultPlan.Answer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Between one process of an operator and the API server, over plain HTTP on loopback: answers wrongly, late or not at all. */
final class FaultProxy implements AutoCloseable {
    private static final int LARGE = 64 << 20;
    private static final int SLOW_MILLIS = 1500;
    private static final int BAD_REQUEST = 400;
    private static final Set<String> NOT_COPIED = Set.of("host", "content-length", "transfer-encoding", "connection");
    private static final String GONE =
            """
            {"type": "ERROR", "object": {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Expired",
             "code": 410, "message": "too old resource version, injected"}}
            """;

    private final Vertx vertx = Vertx.vertx();
    private final URI target;
    private final Runnable kill;
    private final Faults faults;
    private final HttpClient client;
    private final WebSocketClient watches;
    private final HttpServer server;
    private volatile boolean cutOff;
    private volatile boolean tookLease;

    /** What is to go wrong. */
    interface Faults {
        /** @return null for nothing */
        Answer answer(FaultProxy from, String method, String path);

        /** @return whether the watch is cut now: {@code 1}, after telling that its version is gone: {@code 2}; else 0 */
        int cut();

        /** @return milliseconds for which the watch's events, this one on, are held back */
        int stale();
    }

    /** @param kill ends the process */
    FaultProxy(URI target, Runnable kill, Faults faults) throws Exception {
        this.target = target;
        this.kill = kill;
        this.faults = faults;
        this.client = vertx.createHttpClient(new HttpClientOptions()
                .setSsl(true)
                .setTrustAll(true)
                .setVerifyHost(false)
                .setMaxPoolSize(64));
        this.watches = vertx.createWebSocketClient(new WebSocketClientOptions()
                .setSsl(true)
                .setTrustAll(true)
                .setVerifyHost(false)
                .setMaxConnections(1000)
                .setMaxFrameSize(LARGE)
                .setMaxMessageSize(LARGE));
        this.server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost("127.0.0.1")
                        .setMaxWebSocketFrameSize(LARGE)
                        .setMaxWebSocketMessageSize(LARGE))
                .webSocketHandler(this::watch)
                .requestHandler(this::serve)
                .listen(0)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    String url() {
        return "http://127.0.0.1:" + server.actualPort();
    }

    /** From now on packets are lost both ways, and nobody is told. */
    void cutOff() {
        cutOff = true;
    }

    /** @return whether the process has ever had the lease */
    boolean tookLease() {
        return tookLease;
    }

    private void serve(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            if (cutOff) {
                return;
            }
            Answer wrong = faults.answer(this, request.method().name(), request.path());
            if (wrong == Answer.DROPPED_BEFORE) {
                close(request);
            } else if (wrong != null && wrong.code != 0) {
                request.response()
                        .setStatusCode(wrong.code)
                        .putHeader("Content-Type", "application/json")
                        .putHeader("Retry-After", "1")
                        .end(
                                """
                                {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "%s", "code": %d,
                                 "message": "injected"}
                                """
                                        .formatted(wrong.reason, wrong.code));
            } else if (wrong == Answer.SLOW) {
                vertx.setTimer(SLOW_MILLIS, timer -> forward(request, body, null));
            } else {
                forward(request, body, wrong);
            }
        });
    }

    private void forward(HttpServerRequest request, Buffer body, Answer wrong) {
        RequestOptions options = new RequestOptions()
                .setHost(target.getHost())
                .setPort(target.getPort())
                .setMethod(HttpMethod.valueOf(request.method().name()))
                .setURI(request.uri());
        var unused = client.request(options)
                .compose(out -> {
                    request.headers().forEach(header -> {
                        if (!NOT_COPIED.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                            out.headers().add(header.getKey(), header.getValue());
                        }
                    });
                    return out.send(body);
                })
                .compose(in -> in.body().compose(answer -> {
                    if (cutOff) {
                        return Future.succeededFuture();
                    }
                    if (wrong == Answer.KILLED_AFTER) {
                        kill.run();
                    }
                    if (wrong != null) {
                        close(request);
                        return Future.succeededFuture();
                    }
                    if (writesLease(request) && in.statusCode() < BAD_REQUEST) {
                        tookLease = true;
                    }
                    request.response().setStatusCode(in.statusCode());
                    in.headers().forEach(header -> {
                        if (!NOT_COPIED.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                            request.response().headers().add(header.getKey(), header.getValue());
                        }
                    });
                    return request.response().end(answer);
                }))
                .onFailure(e -> close(request));
    }

    private static boolean writesLease(HttpServerRequest request) {
        return request.path().contains("/leases") && !request.method().equals(HttpMethod.GET);
    }

    private static void close(HttpServerRequest request) {
        var unused = request.connection().close();
    }

    private void watch(ServerWebSocket operator) {
        operator.pause();
        if (cutOff) {
            return;
        }
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .setHost(target.getHost())
                .setPort(target.getPort())
                .setURI(operator.uri())
                .putHeader("Authorization", operator.headers().get("Authorization"));
        var unused = watches.connect(options)
                .onFailure(e -> operator.close((short) 1011))
                .onSuccess(events -> join(operator, events));
    }

    private void join(ServerWebSocket operator, WebSocket events) {
        operator.closeHandler(nothing -> events.close());
        events.closeHandler(nothing -> operator.close());
        operator.exceptionHandler(e -> events.close());
        events.exceptionHandler(e -> operator.close());
        long[] held = {0};
        int[] waiting = {0};
        events.textMessageHandler(event -> {
            if (cutOff) {
                return;
            }
            int cut = faults.cut();
            if (cut == 2) {
                operator.writeTextMessage(GONE);
            }
            if (cut != 0) {
                events.close();
                operator.close();
                return;
            }
            long now = System.nanoTime() / 1_000_000;
            held[0] = Math.max(held[0], now + faults.stale());
            if (held[0] > now || waiting[0] > 0) {
                // One after the other, though all are due at once; none overtakes one that waits.
                held[0] = Math.max(held[0], now + 1);
                waiting[0]++;
                vertx.setTimer(held[0]++ - now, timer -> {
                    waiting[0]--;
                    if (!operator.isClosed()) {
                        operator.writeTextMessage(event);
                    }
                });
            } else {
                operator.writeTextMessage(event);
            }
        });
        operator.resume();
    }

    @Override
    public void close() {
        var unused = vertx.close();
    }
}
