package dev.distillery.operator.progress;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** So many calls of each caller in an interval; a caller that was silent may use as many at once. */
final class RateLimit {
    private static final int SWEEP = 10_000;

    private final int calls;
    private final Duration share;
    private final Clock clock;
    /** When the caller's account will be full again; a caller whose account is full is not in it. */
    private final Map<String, Instant> full = new HashMap<>();

    /** @param calls at least 1, in each {@code interval} */
    RateLimit(int calls, Duration interval, Clock clock) {
        this.calls = calls;
        this.share = interval.dividedBy(calls);
        this.clock = clock;
    }

    synchronized boolean allows(String caller) {
        Instant now = clock.instant();
        Instant until = full.getOrDefault(caller, now);
        Instant next = (until.isBefore(now) ? now : until).plus(share);
        if (next.isAfter(now.plus(share.multipliedBy(calls)))) {
            return false;
        }
        if (full.size() >= SWEEP) {
            full.values().removeIf(time -> !time.isAfter(now));
        }
        full.put(caller, next);
        return true;
    }
}
