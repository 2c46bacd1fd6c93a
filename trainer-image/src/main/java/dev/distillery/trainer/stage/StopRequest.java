package dev.distillery.trainer.stage;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A signal's wish that the stage ends. While a training runs, the process waits until it has saved itself between two
 * steps; at other times there is nothing to save.
 */
final class StopRequest {
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean requested;
    private volatile boolean saving;

    boolean requested() {
        return requested;
    }

    /** Runs what looks at {@link #requested} and saves itself. */
    <T> T whileSaving(Supplier<T> training) {
        saving = true;
        T result = training.get();
        saving = false;
        return result;
    }

    /** The stage has ended, and its report is written. */
    void done() {
        done.countDown();
    }

    /** Asks the stage to end, and waits for it as long as there is something to save. */
    void request(Duration patience) {
        requested = true;
        if (saving) {
            try {
                done.await(patience.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
