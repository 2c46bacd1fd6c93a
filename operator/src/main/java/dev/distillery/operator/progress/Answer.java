package dev.distillery.operator.progress;

import dev.distillery.operator.stage.ProgressAccess;

/**
 * To a report.
 *
 * @param status of HTTP
 * @param result one word for the metrics
 * @param message for people; null when all is well
 */
public record Answer(int status, String result, String message) {
    static final Answer TAKEN = new Answer(204, "taken", null);

    static Answer unauthorized() {
        return new Answer(
                401,
                "unauthorized",
                "expected a bearer token of the reporting pod for the audience " + ProgressAccess.AUDIENCE);
    }

    static Answer forbidden(String message) {
        return new Answer(403, "forbidden", message);
    }

    static Answer notFound(String message) {
        return new Answer(404, "not-found", message);
    }

    static Answer tooMany() {
        return new Answer(429, "too-many", "this pod reports too often");
    }

    static Answer malformed(String message) {
        return new Answer(400, "malformed", message);
    }

    static Answer unavailable(String message) {
        return new Answer(503, "unavailable", message);
    }
}
