package dev.distillery.serving.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.serving.protocol.BadRequestException;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/** Sends answers, and counts them. An error is the protocol's {@code {"error": message}}. */
@Singleton
final class Answers {
    static final String JSON = "application/json";

    private static final Logger LOG = Logger.getLogger(Answers.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final MeterRegistry metrics;

    Answers(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    /**
     * @param operation for the metrics
     * @return the handler, timed, and with its exceptions turned into answers
     */
    Handler<RoutingContext> timed(String operation, Handler<RoutingContext> handler) {
        return context -> {
            long started = System.nanoTime();
            context.addEndHandler(ended -> metrics.timer(
                            "distillery.requests",
                            "operation",
                            operation,
                            "status",
                            Integer.toString(context.response().getStatusCode()))
                    .record(Duration.ofNanos(System.nanoTime() - started)));
            try {
                handler.handle(context);
            } catch (RuntimeException e) {
                fail(context, e);
            }
        };
    }

    /** @throws CancellationException if nobody waits for the answer any longer */
    static void requireCaller(RoutingContext context) {
        if (context.response().closed()) {
            throw new CancellationException("the caller has gone");
        }
    }

    void json(RoutingContext context, Object value) {
        try {
            send(context, JSON, MAPPER.writeValueAsBytes(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("answers are plain records and can be written", e);
        }
    }

    void send(RoutingContext context, String type, byte[] body) {
        HttpServerResponse response = context.response();
        if (!response.ended() && !response.closed()) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, type).end(Buffer.buffer(body));
        }
    }

    /** What the caller did wrong is said to the caller; what we did wrong, to the log. */
    void fail(RoutingContext context, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        int status = HttpURLConnection.HTTP_INTERNAL_ERROR;
        String message = "the server failed; its log says why";
        if (cause instanceof HttpError error) {
            status = error.status();
            message = error.getMessage();
        } else if (cause instanceof BadRequestException) {
            status = HttpURLConnection.HTTP_BAD_REQUEST;
            message = cause.getMessage();
        } else if (cause instanceof RejectedExecutionException) {
            status = HttpURLConnection.HTTP_UNAVAILABLE;
            message = cause.getMessage();
        } else if (!context.response().closed()) {
            LOG.errorf(
                    cause,
                    "%s %s",
                    context.request().method(),
                    context.request().path());
        }
        if (status == HttpURLConnection.HTTP_UNAVAILABLE) {
            context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
        }
        if (!context.response().ended()) {
            context.response().setStatusCode(status);
            json(context, Map.of("error", message));
        }
    }
}
