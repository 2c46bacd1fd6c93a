package dev.distillery.trainer.data;

import java.nio.ByteBuffer;

/**
 * Images as evaluation sees them, in their stored order, batch by batch; the last batch may be smaller. One batch is lent at a time, in
 * memory that the next one uses again.
 */
public final class ValidationBatches {
    private final ImageSet images;
    private final int batchSize;
    private final ByteBuffer pixels;
    private final ByteBuffer labels;

    /** @param batchSize at least 1; cut to the number of images, and to what 2 GiB hold */
    public ValidationBatches(ImageSet images, int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size " + batchSize);
        }
        int most = Math.max(1, Integer.MAX_VALUE / images.imageBytes());
        this.images = images;
        this.batchSize = Math.min(Math.min(batchSize, images.count()), most);
        this.pixels = ByteBuffer.allocateDirect(this.batchSize * images.imageBytes());
        this.labels = Batch.labelBuffer(this.batchSize);
    }

    /** @return a walk from the first image to the last */
    public Pass pass() {
        return new Pass();
    }

    /** One walk over all images. */
    public final class Pass {
        private int done;
        private boolean lent;

        private Pass() {}

        /**
         * @return the next batch; null after the last
         * @throws IllegalStateException if the batch before was not released
         */
        public Batch next() {
            if (lent) {
                throw new IllegalStateException("release the batch before first");
            }
            int size = Math.min(batchSize, images.count() - done);
            if (size == 0) {
                return null;
            }
            images.write(done, size, pixels.clear());
            pixels.limit(size * images.imageBytes());
            labels.clear();
            for (int i = 0; i < size; i++) {
                labels.putLong(images.label(done + i));
            }
            labels.flip();
            done += size;
            lent = true;
            return new Batch(pixels, labels, size, () -> lent = false);
        }
    }
}
