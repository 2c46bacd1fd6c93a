package dev.distillery.operator.progress;

import dev.distillery.operator.leader.Leadership;
import dev.distillery.operator.tls.CurrentCertificate;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.KeyCertOptions;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * {@code POST /progress/{namespace}/{job}} over TLS, with a {@link dev.distillery.report.ProgressReport} as JSON and the
 * token of the reporting pod.
 *
 * <p>204 taken; 400 no report; 401 no token; 403 another's Job; 404 nobody's Job or another path; 405 not POST; 408 too slow;
 * 413 too large; 429 too often; 503 come again. All but 204 say why, in one line.
 */
public final class ProgressServer implements AutoCloseable {
    /** A report is a few kilobytes; more is a mistake or an attack. */
    static final int MAX_BODY_BYTES = 64 * 1024;

    private static final Logger LOG = Logger.getLogger(ProgressServer.class);
    private static final Pattern PATH = Pattern.compile("/progress/([a-z0-9.-]{1,253})/([a-z0-9.-]{1,253})");
    private static final Duration WHOLE_REQUEST = Duration.ofSeconds(10);
    private static final Duration IDLE = Duration.ofSeconds(75);
    private static final Duration START = Duration.ofSeconds(10);
    /** What a full house answers after, in seconds. */
    private static final String COME_AGAIN = "5";

    private static final int THREADS = 8;
    private static final int MOST_AT_ONCE = 1000;

    private final ProgressReports reports;
    private final ReportForwarder forwarder;
    private final Leadership leadership;
    private final MeterRegistry meters;
    private final Vertx vertx;
    private final WorkerExecutor workers;
    private final HttpServer server;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong arrivals = new AtomicLong();

    /** @param certificate whose newest keys each connection gets */
    public ProgressServer(
            Vertx vertx,
            ProgressReports reports,
            ReportForwarder forwarder,
            Leadership leadership,
            CurrentCertificate certificate,
            MeterRegistry meters) {
        this.vertx = vertx;
        this.reports = reports;
        this.forwarder = forwarder;
        this.leadership = leadership;
        this.meters = meters;
        this.workers = vertx.createSharedWorkerExecutor("progress", THREADS);
        this.server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setUseAlpn(false)
                        .setKeyCertOptions(KeyCertOptions.wrap(certificate.keys()))
                        .setIdleTimeout((int) IDLE.toSeconds())
                        .setIdleTimeoutUnit(TimeUnit.SECONDS))
                .requestHandler(this::handle);
    }

    /**
     * @param port 0 for any free one
     * @return the port
     * @throws IllegalStateException if it cannot be bound
     */
    public int listen(String host, int port) {
        try {
            int bound = server.listen(port, host)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START.toSeconds(), TimeUnit.SECONDS)
                    .actualPort();
            LOG.infof("progress is taken at %s:%d", host, bound);
            return bound;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while binding %s:%d".formatted(host, port), e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    "distillery.progress: %s:%d cannot be bound: %s".formatted(host, port, e.getMessage()), e);
        }
    }

    private void handle(HttpServerRequest request) {
        Matcher path = PATH.matcher(request.path());
        if (!path.matches()) {
            answer(request, Answer.notFound("expected POST /progress/{namespace}/{job}"));
        } else if (!request.method().equals(HttpMethod.POST)) {
            answer(request, new Answer(405, "malformed", "expected POST"));
        } else if (inFlight.get() >= MOST_AT_ONCE) {
            answer(request, Answer.unavailable("too many reports at once"));
        } else {
            readBody(request, body -> take(request, path.group(1), path.group(2), body));
        }
    }

    /** Reads no more than the limit, and for no longer than it may take. */
    private void readBody(HttpServerRequest request, Consumer<byte[]> whole) {
        Buffer body = Buffer.buffer();
        inFlight.incrementAndGet();
        long late = vertx.setTimer(WHOLE_REQUEST.toMillis(), timer -> {
            if (!request.isEnded()) {
                refuse(
                        request,
                        new Answer(408, "malformed", "the report took more than " + WHOLE_REQUEST.toSeconds() + " s"));
            }
        });
        request.response().endHandler(end -> inFlight.decrementAndGet());
        request.response().closeHandler(gone -> vertx.cancelTimer(late));
        request.handler(part -> {
            if (body.length() + part.length() > MAX_BODY_BYTES) {
                vertx.cancelTimer(late);
                refuse(request, new Answer(413, "malformed", "expected at most " + MAX_BODY_BYTES + " bytes"));
            } else {
                body.appendBuffer(part);
            }
        });
        request.endHandler(end -> {
            vertx.cancelTimer(late);
            if (!request.response().ended()) {
                whole.accept(body.getBytes());
            }
        });
    }

    private void take(HttpServerRequest request, String namespace, String job, byte[] body) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (leadership.leads()) {
            long arrival = arrivals.incrementAndGet();
            workers.executeBlocking(() -> reports.take(namespace, job, authorization, body, arrival), false)
                    .onSuccess(result -> answer(request, result))
                    .onFailure(failure -> {
                        LOG.errorf(failure, "a report for %s/%s could not be handled", namespace, job);
                        answer(request, new Answer(500, "failed", "the report could not be handled"));
                    });
        } else if (request.getHeader(ReportForwarder.FORWARDED) != null) {
            // Whoever sent it here thinks that this replica leads: it did, or will.
            answer(request, Answer.unavailable("this replica does not lead"));
        } else {
            forwarder.forward(request.path(), authorization, body).onSuccess(result -> answer(request, result));
        }
    }

    private void answer(HttpServerRequest request, Answer answer) {
        meters.counter("distillery.progress.reports", "result", answer.result()).increment();
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(answer.status());
        if (answer.status() == 503 || answer.status() == 429) {
            response.putHeader(HttpHeaders.RETRY_AFTER, COME_AGAIN);
        }
        if (answer.message() == null) {
            response.end();
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
                    .end(answer.message() + "\n");
        }
    }

    /** The rest of the request is not read: the connection ends with the answer. */
    private void refuse(HttpServerRequest request, Answer answer) {
        if (!request.response().ended()) {
            request.handler(null).response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            answer(request, answer);
            request.connection().close();
        }
    }

    @Override
    public void close() {
        server.close();
        workers.close();
    }
}
