package dev.distillery.trainer.stage;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A signal's wish that the stage ends. A training saves itself between two steps and ends there; whatever else computes
 * runs to its end. The process must not end before: libtorch's exit handlers crash a computation under way (SIGSEGV).
 */
final class StopRequest {
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean requested;
    private volatile Duration patience;

    boolean requested() {
        return requested;
    }

    /**
     * From now on, {@link #request} waits until the stage is done.
     *
     * @param patience how long at most
     * @throws TrainerException INTERRUPTED if the wish was there before
     */
    void waitForTheEnd(Duration patience) {
        this.patience = patience;
        if (requested) {
            throw new TrainerException(ExitCode.INTERRUPTED, "stopped by a signal before anything was computed");
        }
    }

    /** The stage has ended, and its report is written. */
    void done() {
        done.countDown();
    }

    /** Asks the stage to end, and waits for it if it computes. */
    void request() {
        requested = true;
        Duration computing = patience;
        if (computing != null) {
            try {
                done.await(computing.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
