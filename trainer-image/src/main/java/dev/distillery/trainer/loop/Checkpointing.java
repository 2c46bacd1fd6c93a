package dev.distillery.trainer.loop;

import dev.distillery.trainer.checkpoint.Checkpoint;
import dev.distillery.trainer.checkpoint.CheckpointStore;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** When a training is saved: at the end of each epoch, in between at an interval, and when the process is asked to stop. */
public final class Checkpointing {
    private final CheckpointStore store;
    private final long intervalNanos;
    private final LongSupplier nanoTime;
    private final BooleanSupplier stopRequested;
    private long savedAt;

    /**
     * @param interval greatest time between two checkpoints, but for the length of a step
     * @param nanoTime as {@link System#nanoTime()}
     * @param stopRequested asked after each step
     */
    public Checkpointing(
            CheckpointStore store, Duration interval, LongSupplier nanoTime, BooleanSupplier stopRequested) {
        this.store = store;
        this.intervalNanos = interval.toNanos();
        this.nanoTime = nanoTime;
        this.stopRequested = stopRequested;
        this.savedAt = nanoTime.getAsLong();
    }

    Optional<Checkpoint> newest(Predicate<Checkpoint> fits) {
        return store.newest(fits);
    }

    boolean due() {
        return nanoTime.getAsLong() - savedAt >= intervalNanos;
    }

    boolean stopRequested() {
        return stopRequested.getAsBoolean();
    }

    void save(Checkpoint checkpoint) {
        store.save(checkpoint);
        savedAt = nanoTime.getAsLong();
    }
}
