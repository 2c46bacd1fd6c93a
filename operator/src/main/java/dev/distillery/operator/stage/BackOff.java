package dev.distillery.operator.stage;

import java.time.Duration;

/**
 * The pause between an attempt that failed and the next.
 *
 * @param first after the first failure; doubled by each further one
 * @param most where doubling ends
 */
public record BackOff(Duration first, Duration most) {
    private static final int MAX_DOUBLINGS = 30;

    /** @param failures so far, from 1 */
    public Duration after(int failures) {
        Duration doubled = first.multipliedBy(1L << Math.min(failures - 1, MAX_DOUBLINGS));
        return doubled.compareTo(most) < 0 ? doubled : most;
    }
}
