package dev.distillery.operator.stage;

import java.net.URI;
import java.time.Duration;

/**
 * How a trainer reaches the progress endpoint.
 *
 * @param url without a path
 * @param interval how often it reports
 * @param authority certificates that it trusts, in PEM
 */
public record ProgressAccess(URI url, Duration interval, String authority) {
    /** For whom trainers' tokens are issued: this endpoint and nobody else. */
    public static final String AUDIENCE = "distillery-progress";
}
