package dev.distillery.trainer.data;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.augment.Augmentation;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Shuffled, augmented batches of one size, prepared one step ahead by a thread of their own. What an epoch yields
 * depends on (seed, epoch) only. Images that do not fill a last batch sit this epoch out.
 *
 * <p>One epoch at a time; not for use by several threads.
 */
public final class TrainingBatches {
    /** Batches in memory: one in use, one ready, one being filled, one to spare. */
    static final int RING = 4;

    private final LabelledImages images;
    private final Augmentation augmentation;
    private final int batchSize;
    private final long seed;
    private final Slot[] ring = new Slot[RING];
    private Epoch open;

    /**
     * @param seed the recipe's; also the augmentation's
     * @throws TrainerException INVALID_RECIPE if a batch would need more images than there are, or a batch would be
     *     larger than 2 GiB
     */
    public TrainingBatches(LabelledImages images, Augmentation augmentation, int batchSize, long seed) {
        if (batchSize > images.count()) {
            throw new TrainerException(
                    ExitCode.INVALID_RECIPE,
                    "spec.training.batchSize: got " + batchSize + ", expected at most the " + images.count()
                            + " training images");
        }
        if (batchSize < 1 || (long) batchSize * images.imageBytes() > Integer.MAX_VALUE) {
            throw new TrainerException(
                    ExitCode.INVALID_RECIPE,
                    "spec.training.batchSize: got " + batchSize + ", expected 1 to "
                            + Integer.MAX_VALUE / images.imageBytes() + " for images of " + images.size());
        }
        this.images = images;
        this.augmentation = augmentation;
        this.batchSize = batchSize;
        this.seed = seed;
        for (int i = 0; i < RING; i++) {
            ring[i] =
                    new Slot(ByteBuffer.allocateDirect(batchSize * images.imageBytes()), Batch.labelBuffer(batchSize));
        }
    }

    private record Slot(ByteBuffer images, ByteBuffer labels) {}

    /** Passed from the worker: a filled slot, or the failure that ended it. */
    private record Filled(Slot slot, Throwable failure) {}

    /** @return whole batches in an epoch, at least 1 */
    public int batchesPerEpoch() {
        return images.count() / batchSize;
    }

    public int batchSize() {
        return batchSize;
    }

    /**
     * Starts an epoch.
     *
     * @param epoch from 0
     * @param firstBatch from 0; the batches before it are left out
     * @throws IllegalStateException if the epoch before was not closed
     */
    public Epoch epoch(int epoch, int firstBatch) {
        if (open != null) {
            throw new IllegalStateException("the epoch before is still open");
        }
        open = new Epoch(epoch, firstBatch);
        open.worker.start();
        return open;
    }

    /** One pass; close it to stop its thread. */
    public final class Epoch implements AutoCloseable {
        private final BlockingQueue<Slot> free = new LinkedBlockingQueue<>();
        private final BlockingQueue<Filled> filled = new LinkedBlockingQueue<>();
        private final int epoch;
        private final Thread worker;
        private final int firstBatch;
        private int given;
        private int lent;

        private Epoch(int epoch, int firstBatch) {
            this.epoch = epoch;
            this.given = firstBatch;
            this.firstBatch = firstBatch;
            for (Slot slot : ring) {
                free.add(slot);
            }
            this.worker = new Thread(this::fillAll, "training-batches");
            worker.setDaemon(true);
        }

        /**
         * @return the next batch, waiting for it if need be; null after the last
         * @throws TrainerException INTERRUPTED if the calling thread is interrupted
         * @throws IllegalStateException if the worker failed, with its failure as the cause; or if all {@value #RING}
         *     batches are lent and none was released
         */
        public Batch next() {
            if (open != this) {
                throw new IllegalStateException("this epoch is closed");
            }
            if (given == batchesPerEpoch()) {
                return null;
            }
            if (lent == RING) {
                throw new IllegalStateException("all " + RING + " batches are lent: release one first");
            }
            try {
                Filled next = filled.take();
                if (next.failure() != null) {
                    throw new IllegalStateException("preparing epoch " + epoch + " failed", next.failure());
                }
                given++;
                lent++;
                return new Batch(
                        next.slot().images().clear(), next.slot().labels().clear(), batchSize, () -> {
                            lent--;
                            free.add(next.slot());
                        });
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TrainerException(ExitCode.INTERRUPTED, "stopped while waiting for a batch", e);
            }
        }

        private void fillAll() {
            try {
                int[] order = EpochOrder.of(seed, epoch, images.count());
                for (int batch = firstBatch; batch < batchesPerEpoch(); batch++) {
                    Slot slot = free.take();
                    fill(slot, order, batch * batchSize);
                    filled.add(new Filled(slot, null));
                }
            } catch (InterruptedException e) {
                // close() asks the worker to stop this way; nobody waits for its batches any more.
                Thread.currentThread().interrupt();
            } catch (RuntimeException | Error e) {
                filled.add(new Filled(null, e));
            }
        }

        private void fill(Slot slot, int[] order, int first) throws InterruptedException {
            int imageBytes = images.imageBytes();
            for (int i = 0; i < batchSize; i++) {
                int index = order[first + i];
                augmentation.apply(images.pixels(), images.offset(index), slot.images(), i * imageBytes, epoch, index);
                slot.labels().putLong(i * Long.BYTES, images.label(index));
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }

        /** Stops the worker and waits for it; batches not yet released become invalid. */
        @Override
        public void close() {
            if (open != this) {
                return;
            }
            worker.interrupt();
            boolean interrupted = false;
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            open = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
