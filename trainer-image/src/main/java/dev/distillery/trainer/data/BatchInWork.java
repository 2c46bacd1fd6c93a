package dev.distillery.trainer.data;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** A batch that several threads fill, each a share of its images after the other. Shares are handed out under a lock. */
final class BatchInWork {
    /** Enough that handing out costs nothing beside copying small images, few enough that photographs spread evenly. */
    private static final int SHARE = 8;

    private final BatchMemory memory;
    private final int first;
    private final int size;
    private final AtomicInteger missing;
    private final CompletableFuture<BatchMemory> whole = new CompletableFuture<>();
    private int handedOut;

    /** @param first place in the epoch's order of the batch's first image */
    BatchInWork(BatchMemory memory, int first, int size) {
        this.memory = memory;
        this.first = first;
        this.size = size;
        this.missing = new AtomicInteger(size);
    }

    /** Images {@code from} to {@code to}, exclusive, of the batch. */
    record Share(BatchInWork batch, int from, int to) {
        void done() {
            if (batch.missing.addAndGet(from - to) == 0) {
                batch.whole.complete(batch.memory);
            }
        }

        void failed(Throwable failure) {
            batch.whole.completeExceptionally(failure);
        }
    }

    BatchMemory memory() {
        return memory;
    }

    int first() {
        return first;
    }

    boolean handedOut() {
        return handedOut == size;
    }

    Share share() {
        int from = handedOut;
        handedOut = Math.min(size, from + SHARE);
        return new Share(this, from, handedOut);
    }

    /**
     * @return the memory once every share is done
     * @throws ExecutionException with the first failure of a share
     */
    BatchMemory whole() throws ExecutionException, InterruptedException {
        return whole.get();
    }
}
