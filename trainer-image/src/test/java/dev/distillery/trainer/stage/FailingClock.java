package dev.distillery.trainer.stage;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Tells the time a few times, once after each checkpoint; then a failure comes to the thread that trains. */
final class FailingClock extends Clock {
    private final Runnable failure;
    private int left;

    FailingClock(int left, Runnable failure) {
        this.left = left;
        this.failure = failure;
    }

    @Override
    public Instant instant() {
        if (left-- == 0) {
            failure.run();
        }
        return InstantSource.system().instant();
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
