package dev.distillery.trainer.data;

import java.util.Arrays;

/**
 * Images of one size and their labels, in memory. Immutable by agreement: the arrays are handed out uncopied and nobody
 * writes to them.
 */
public final class LabelledImages {
    private final int count;
    private final int height;
    private final int width;
    private final int channels;
    private final byte[] pixels;
    private final int[] labels;

    /**
     * @param pixels uint8, (count, height, width, channels)
     * @param labels (count), each at least 0
     */
    public LabelledImages(int height, int width, int channels, byte[] pixels, int[] labels) {
        long expected = (long) labels.length * height * width * channels;
        if (height < 1 || width < 1 || channels < 1 || labels.length < 1 || pixels.length != expected) {
            throw new IllegalArgumentException(labels.length + " labels and " + pixels.length + " pixel bytes for "
                    + height + "x" + width + "x" + channels + " images");
        }
        this.count = labels.length;
        this.height = height;
        this.width = width;
        this.channels = channels;
        this.pixels = pixels;
        this.labels = labels;
    }

    public int count() {
        return count;
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    public int channels() {
        return channels;
    }

    /** @return bytes of one image: height · width · channels */
    public int imageBytes() {
        return height * width * channels;
    }

    /** @return uint8, (count, height, width, channels); not a copy */
    public byte[] pixels() {
        return pixels;
    }

    /** @return (count); not a copy */
    public int[] labels() {
        return labels;
    }

    public int label(int index) {
        return labels[index];
    }

    /** @return where the image begins in {@link #pixels()} */
    public int offset(int index) {
        return index * imageBytes();
    }

    /** @return the greatest label */
    public int maxLabel() {
        return Arrays.stream(labels).max().orElseThrow();
    }

    /** @return height x width x channels, for messages */
    public String size() {
        return height + "x" + width + "x" + channels;
    }
}
