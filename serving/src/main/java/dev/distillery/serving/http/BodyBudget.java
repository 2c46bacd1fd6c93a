package dev.distillery.serving.http;

import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Bytes that requests in work may hold together, whoever sends them, and the time that each may take to come. */
final class BodyBudget {
    private final long most;
    private final Duration patience;
    private final AtomicLong taken = new AtomicLong();

    BodyBudget(long most, Duration patience) {
        this.most = most;
        this.patience = patience;
    }

    Duration patience() {
        return patience;
    }

    /** @throws HttpError 503 if too much is in work; nothing is taken then */
    void take(long bytes) {
        if (taken.addAndGet(bytes) > most) {
            taken.addAndGet(-bytes);
            throw new HttpError(
                    HttpURLConnection.HTTP_UNAVAILABLE,
                    "the server is busy: got requests of more than " + most + " bytes at once; try again");
        }
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }

    long taken() {
        return taken.get();
    }
}
