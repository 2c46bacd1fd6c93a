package dev.distillery.trainer.publish;

import java.time.Duration;

/**
 * How often a server that does not answer, or with trouble of its own, is asked, and how long is waited in between.
 *
 * @param attempts at least 1
 * @param firstPause doubles from attempt to attempt
 */
public record Patience(int attempts, Duration firstPause) {
    /** At most 8 seconds of waiting for one request; then it is the Job's turn, whose pauses are longer. */
    public static final Patience USUAL = new Patience(6, Duration.ofMillis(250));

    /** @param attempt that failed, from 1 */
    public Duration pauseAfter(int attempt) {
        return firstPause.multipliedBy(1L << (attempt - 1));
    }
}
