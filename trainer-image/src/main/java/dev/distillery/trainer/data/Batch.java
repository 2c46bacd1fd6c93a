package dev.distillery.trainer.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Images and labels in direct memory, lent until {@link #release()}. Whoever wraps the memory without copying (a
 * tensor made from the buffer) must be done with it before.
 */
public final class Batch {
    private final ByteBuffer images;
    private final ByteBuffer labels;
    private final int size;
    private final Runnable onRelease;
    private boolean released;

    /** @param images and labels with position 0 and the limit that {@code size} asks for */
    Batch(ByteBuffer images, ByteBuffer labels, int size, Runnable onRelease) {
        this.images = images;
        this.labels = labels;
        this.size = size;
        this.onRelease = onRelease;
    }

    static ByteBuffer labelBuffer(int capacity) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(capacity, Long.BYTES))
                .order(ByteOrder.nativeOrder());
    }

    public int size() {
        return size;
    }

    /** @return direct, uint8, (size, height, width, channels), position 0 */
    public ByteBuffer images() {
        return images;
    }

    /** @return direct, int64 in native byte order, (size), position 0 */
    public ByteBuffer labels() {
        return labels;
    }

    /** Gives the memory back to be filled again. A second call does nothing. */
    public void release() {
        if (!released) {
            released = true;
            onRelease.run();
        }
    }
}
