package dev.distillery.serving.http;

/** An answer with a status of 4xx or 5xx; the message is what the caller reads. */
final class HttpError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    HttpError(int status, String message) {
        // Part of an ordinary answer, so it carries no stack.
        super(message, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }
}
