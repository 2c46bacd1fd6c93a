package dev.distillery.trainer.publish;

import java.time.Duration;

/**
 * How often a server that does not answer, or with trouble of its own, is asked, and how long is waited in between.
 *
 * @param attempts at least 1
 * @param firstPause doubles from attempt to attempt
 * @param silence without a byte in either direction, after which a server does not answer
 */
public record Patience(int attempts, Duration firstPause, Duration silence) {
    /** At most 8 seconds between the attempts of one request; then it is the Job's turn, whose pauses are longer. */
    public static final Patience USUAL = new Patience(6, Duration.ofMillis(250));

    public Patience(int attempts, Duration firstPause) {
        this(attempts, firstPause, Duration.ofSeconds(30));
    }

    /** @param attempt that failed, from 1 */
    public Duration pauseAfter(int attempt) {
        return firstPause.multipliedBy(1L << (attempt - 1));
    }
}
