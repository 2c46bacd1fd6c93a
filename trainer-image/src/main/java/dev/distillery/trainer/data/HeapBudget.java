package dev.distillery.trainer.data;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;

/** Adds up what is about to be allocated and refuses what the Java heap cannot hold, before it is allocated. */
public final class HeapBudget {
    /** Share of the heap left for everything that is not the data set. */
    private static final double RESERVE = 0.1;

    private final long limitBytes;
    private long takenBytes;

    /** @param maxHeapBytes as {@link Runtime#maxMemory()} */
    public HeapBudget(long maxHeapBytes) {
        this.limitBytes = (long) (maxHeapBytes * (1 - RESERVE));
    }

    /**
     * @param what for the message
     * @throws TrainerException OUT_OF_MEMORY if this and all that was taken before is beyond the limit
     */
    public void take(String what, long bytes) {
        if (bytes > limitBytes - takenBytes) {
            throw new TrainerException(
                    ExitCode.OUT_OF_MEMORY,
                    what + ": needs " + mebibytes(bytes) + " MiB of Java heap beside " + mebibytes(takenBytes)
                            + " MiB of data already read, expected at most " + mebibytes(limitBytes)
                            + " MiB in all; raise spec.compute.memory or use fewer or smaller images");
        }
        takenBytes += bytes;
    }

    /** @return bytes that may still be taken */
    public long left() {
        return limitBytes - takenBytes;
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
