package dev.distillery.trainer.data;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.parallel.GlobalBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Shuffled, augmented batches of one size, prepared ahead by threads of their own. What an epoch yields depends on (seed,
 * epoch) only, not on the number of threads; several processes yield together what one yields alone. Images that do not
 * fill a last global batch sit this epoch out.
 *
 * <p>One epoch at a time; not for use by several threads.
 */
public final class TrainingBatches {
    /** Batches in memory: one in use, one ready, one being filled, one to spare. */
    static final int RING = 4;

    private final ImageSet images;
    private final TrainingView view;
    private final GlobalBatch batch;
    private final int batchSize;
    private final long seed;
    private final int threads;
    private final List<BatchMemory> ring = new ArrayList<>();
    private Epoch open;

    /**
     * @param view the images as training sees them
     * @param seed the recipe's; also the view's
     * @throws TrainerException INVALID_RECIPE if a batch would need more images than there are, or a batch would be
     *     larger than 2 GiB
     */
    public TrainingBatches(ImageSet images, TrainingView view, GlobalBatch batch, long seed) {
        this(images, view, batch, seed, images.threads());
    }

    TrainingBatches(ImageSet images, TrainingView view, GlobalBatch batch, long seed, int threads) {
        if (batch.size() > images.count()) {
            throw new TrainerException(
                    ExitCode.INVALID_RECIPE,
                    "spec.training.batchSize: got " + batch.size() + ", expected at most the " + images.count()
                            + " training images");
        }
        int batchSize = batch.share();
        if ((long) batchSize * images.imageBytes() > Integer.MAX_VALUE) {
            throw new TrainerException(
                    ExitCode.INVALID_RECIPE,
                    "spec.training.batchSize: got " + batch.size() + ", expected 1 to "
                            + (long) (Integer.MAX_VALUE / images.imageBytes()) * batch.processes() + " for images of "
                            + images.size());
        }
        this.images = images;
        this.view = view;
        this.batch = batch;
        this.batchSize = batchSize;
        this.seed = seed;
        this.threads = threads;
        for (int i = 0; i < RING; i++) {
            ring.add(new BatchMemory(
                    ByteBuffer.allocateDirect(batchSize * images.imageBytes()), Batch.labelBuffer(batchSize)));
        }
    }

    /** @return whole batches in an epoch, at least 1 */
    public int batchesPerEpoch() {
        return images.count() / batch.size();
    }

    /**
     * Starts an epoch, or goes on in its middle: what comes before is skipped without being read.
     *
     * @param epoch from 0
     * @param firstBatch from 0 to {@link #batchesPerEpoch()}, of which the last yields nothing
     * @throws IllegalStateException if the epoch before was not closed
     */
    public Epoch epoch(int epoch, int firstBatch) {
        if (open != null) {
            throw new IllegalStateException("the epoch before is still open");
        }
        if (firstBatch < 0 || firstBatch > batchesPerEpoch()) {
            throw new IllegalArgumentException("batch " + firstBatch + " of " + batchesPerEpoch());
        }
        open = new Epoch(epoch, firstBatch);
        open.workers.forEach(Thread::start);
        return open;
    }

    /** One pass; close it to stop its threads. */
    public final class Epoch implements AutoCloseable {
        private final BlockingQueue<BatchMemory> free = new LinkedBlockingQueue<>(ring);
        private final BlockingQueue<BatchInWork> begun = new LinkedBlockingQueue<>();
        private final List<Thread> workers = new ArrayList<>();
        private final int epoch;
        private final int[] order;
        private BatchInWork filling;
        private int nextBatch;
        private int given;
        private int lent;

        private Epoch(int epoch, int firstBatch) {
            this.epoch = epoch;
            this.order = EpochOrder.of(seed, epoch, images.count());
            this.nextBatch = firstBatch;
            this.given = firstBatch;
            for (int i = 0; i < threads; i++) {
                Thread worker = new Thread(this::fillAll, threads == 1 ? "training-batches" : "training-batches-" + i);
                worker.setDaemon(true);
                workers.add(worker);
            }
        }

        /**
         * @return the next batch, waiting for it if need be; null after the last
         * @throws TrainerException INTERRUPTED if the calling thread is interrupted; what an image's view threw
         * @throws IllegalStateException if a worker failed otherwise, with its failure as the cause; or if all
         *     {@value #RING} batches are lent and none was released
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
                BatchInWork next = begun.take();
                BatchMemory memory = next.whole();
                given++;
                lent++;
                return new Batch(memory.images().clear(), memory.labels().clear(), batchSize, () -> {
                    lent--;
                    free.add(memory);
                });
            } catch (ExecutionException e) {
                throw failure(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TrainerException(ExitCode.INTERRUPTED, "stopped while waiting for a batch", e);
            }
        }

        private RuntimeException failure(Throwable cause) {
            if (cause instanceof TrainerException known) {
                return new TrainerException(known.exitCode(), known.getMessage(), known);
            }
            if (cause instanceof OutOfMemoryError full) {
                throw full;
            }
            return new IllegalStateException("preparing epoch " + epoch + " failed", cause);
        }

        private void fillAll() {
            try {
                for (BatchInWork.Share share = nextShare(); share != null; share = nextShare()) {
                    fill(share);
                }
            } catch (InterruptedException e) {
                // close() asks the workers to stop this way; nobody waits for their batches any more.
                Thread.currentThread().interrupt();
            }
        }

        /** @return some images of the first batch that has any left; null after the last. One worker at a time */
        private synchronized BatchInWork.Share nextShare() throws InterruptedException {
            if (filling == null || filling.handedOut()) {
                if (nextBatch == batchesPerEpoch()) {
                    return null;
                }
                filling = new BatchInWork(free.take(), batch.first(nextBatch), batchSize);
                nextBatch++;
                begun.add(filling);
            }
            return filling.share();
        }

        private void fill(BatchInWork.Share share) throws InterruptedException {
            BatchMemory memory = share.batch().memory();
            try {
                for (int i = share.from(); i < share.to(); i++) {
                    int index = order[share.batch().first() + i];
                    view.write(epoch, index, memory.images(), i * images.imageBytes());
                    memory.labels().putLong(i * Long.BYTES, images.label(index));
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                }
                share.done();
            } catch (RuntimeException | Error e) {
                share.failed(e);
            }
        }

        /** Stops the workers and waits for them; batches not yet released become invalid. */
        @Override
        public void close() {
            if (open != this) {
                return;
            }
            workers.forEach(Thread::interrupt);
            boolean interrupted = false;
            for (Thread worker : workers) {
                while (worker.isAlive()) {
                    try {
                        worker.join();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            }
            open = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
