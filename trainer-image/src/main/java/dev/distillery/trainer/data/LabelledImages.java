package dev.distillery.trainer.data;

import dev.distillery.recipe.Dataset;
import dev.distillery.trainer.augment.Augmentation;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Images of an IDX file and their labels, in memory. Immutable by agreement: the arrays are handed out uncopied and nobody
 * writes to them.
 */
public final class LabelledImages implements ImageSet {
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

    @Override
    public int count() {
        return count;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int channels() {
        return channels;
    }

    /** @return uint8, (count, height, width, channels); not a copy */
    public byte[] pixels() {
        return pixels;
    }

    /** @return (count); not a copy */
    public int[] labels() {
        return labels;
    }

    @Override
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

    @Override
    public void write(int first, int images, ByteBuffer target) {
        target.put(0, pixels, offset(first), images * imageBytes());
    }

    @Override
    public TrainingView trainingView(Dataset.Augmentation options, long seed) {
        return trainingView(new Augmentation(seed, options.crop(), options.flip(), height, width, channels));
    }

    TrainingView trainingView(Augmentation augmentation) {
        return (epoch, index, target, at) -> augmentation.apply(pixels, offset(index), target, at, epoch, index);
    }
}
