package dev.distillery.serving.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.net.HttpURLConnection;
import java.util.function.Function;

/**
 * Collects a body within a limit. What is beyond it is read and thrown away, so that the caller, who may still be sending,
 * gets the answer; a caller who goes on for long is cut off.
 */
final class RequestBody {
    private static final int DISCARDED_TIMES = 4;
    private static final int UNSUPPORTED_MEDIA_TYPE = 415;

    private final RoutingContext context;
    private final BodyBudget budget;
    private final int most;
    private final Promise<byte[]> whole = Promise.promise();
    private ByteArrayOutputStream collected = new ByteArrayOutputStream();
    private long received;
    private long taken;

    private RequestBody(RoutingContext context, BodyBudget budget, int most) {
        this.context = context;
        this.budget = budget;
        this.most = most;
    }

    /**
     * @param budget from which the body's bytes are taken until the work is done, even if the caller goes before
     * @param most bytes
     * @param work holds the body no longer than until it is done
     * @return what the work gives; fails with an {@link HttpError}: 408 if the body does not come in time, 413 if it is too
     *     large, 415 if it is compressed, 503 if too much is in work
     */
    static <T> Future<T> read(RoutingContext context, BodyBudget budget, int most, Function<byte[], Future<T>> work) {
        RequestBody body = new RequestBody(context, budget, most);
        body.start();
        return body.whole.future().compose(work).onComplete(done -> budget.giveBack(body.taken));
    }

    private void start() {
        HttpServerRequest request = context.request();
        long timer = context.vertx().setTimer(budget.patience().toMillis(), late -> failLate());
        whole.future().onComplete(done -> {
            context.vertx().cancelTimer(timer);
            // The request keeps this object for as long as its caller sends.
            collected = null;
        });
        request.exceptionHandler(whole::tryFail);
        request.handler(this::collect);
        request.endHandler(end -> {
            if (!whole.future().isComplete()) {
                whole.complete(collected.toByteArray());
            }
        });
        try {
            requirePlain(request);
            String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
            if (length != null) {
                requireSize(Long.parseLong(length));
            }
            if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
                request.response().writeContinue();
            }
        } catch (HttpError e) {
            whole.tryFail(e);
        }
        request.resume();
    }

    /** A compressed body could become of any size. */
    private static void requirePlain(HttpServerRequest request) {
        String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new HttpError(
                    UNSUPPORTED_MEDIA_TYPE, "Content-Encoding: got " + encoding + ", expected a body as it is");
        }
    }

    private void collect(Buffer chunk) {
        received += chunk.length();
        if (received > (long) DISCARDED_TIMES * most) {
            context.request().connection().close();
            return;
        }
        if (whole.future().isComplete()) {
            return;
        }
        try {
            requireSize(received);
            // What came, not what was announced: announcing costs nothing, and would keep others out.
            budget.take(chunk.length());
            taken += chunk.length();
            collected.writeBytes(chunk.getBytes());
        } catch (HttpError e) {
            whole.tryFail(e);
        }
    }

    private void requireSize(long bytes) {
        if (bytes > most) {
            throw new HttpError(
                    HttpURLConnection.HTTP_ENTITY_TOO_LARGE,
                    "the body: got " + bytes + " bytes or more, expected at most " + most);
        }
    }

    /** Whoever sends a little now and then is never idle, and holds what others need. */
    private void failLate() {
        context.addEndHandler(answered -> context.request().connection().close());
        whole.tryFail(new HttpError(
                HttpURLConnection.HTTP_CLIENT_TIMEOUT,
                "the body: got " + received + " bytes in " + budget.patience().toMillis() / 1000.0
                        + " s, expected all of it"));
    }
}
