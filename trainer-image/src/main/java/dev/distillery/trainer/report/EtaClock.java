package dev.distillery.trainer.report;

import java.util.function.LongSupplier;

/**
 * Images per second and seconds left. The speed is a quotient of two sums, images and seconds, that both fade with time,
 * so that a pause for validation weighs as much as it lasted and no more.
 *
 * <p>Not safe for several threads.
 */
public final class EtaClock {
    /** After this long, an observation weighs 1/e of a fresh one. */
    static final double FADE_SECONDS = 30;

    private final LongSupplier nanoTime;
    private final long totalImages;
    private long lastNanos;
    private long done;
    private double fadedImages;
    private double fadedSeconds;

    /**
     * Starts the clock.
     *
     * @param nanoTime as {@link System#nanoTime()}
     * @param totalImages that the whole stage trains on, all epochs
     * @param doneImages of them, before this process (0 unless resumed)
     */
    public EtaClock(LongSupplier nanoTime, long totalImages, long doneImages) {
        this.nanoTime = nanoTime;
        this.totalImages = totalImages;
        this.done = doneImages;
        this.lastNanos = nanoTime.getAsLong();
    }

    /** Counts images trained on since the last call. */
    public void advance(long images) {
        long now = nanoTime.getAsLong();
        double seconds = Math.max(0, now - lastNanos) / 1e9;
        double keep = Math.exp(-seconds / FADE_SECONDS);
        fadedImages = fadedImages * keep + images;
        fadedSeconds = fadedSeconds * keep + seconds;
        lastNanos = now;
        done += images;
    }

    /** @return 0 before the first images */
    public double imagesPerSecond() {
        return fadedSeconds > 0 ? fadedImages / fadedSeconds : 0;
    }

    /** @return whole seconds, rounded up; 0 when done or while nothing is known */
    public long secondsLeft() {
        double speed = imagesPerSecond();
        return speed > 0 ? (long) Math.ceil(Math.max(0, totalImages - done) / speed) : 0;
    }
}
