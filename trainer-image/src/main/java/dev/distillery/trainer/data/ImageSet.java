package dev.distillery.trainer.data;

import dev.distillery.recipe.Dataset;
import java.nio.ByteBuffer;

/** Images of one size and their labels, wherever the pixels lie. Safe for several threads. */
public interface ImageSet {
    int count();

    int height();

    int width();

    int channels();

    /** @return at least 0 */
    int label(int index);

    /**
     * Writes images as evaluation sees them: unchanged, or, of photographs, resized and cut to their centre.
     *
     * @param first index of the first image
     * @param target uint8, (images, height, width, channels) from its beginning on; position and limit are left alone
     */
    void write(int first, int images, ByteBuffer target);

    /** @return the images as training sees them, changed at random */
    TrainingView trainingView(Dataset.Augmentation augmentation, long seed);

    /** @return how many threads are worth while to prepare a batch */
    default int threads() {
        return 1;
    }

    /** @return bytes of one image: height · width · channels */
    default int imageBytes() {
        return height() * width() * channels();
    }

    /** @return height x width x channels, for messages */
    default String size() {
        return height() + "x" + width() + "x" + channels();
    }
}
