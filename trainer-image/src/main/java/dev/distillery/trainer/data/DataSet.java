package dev.distillery.trainer.data;

import java.util.List;

/**
 * A checked data set. Training and validation images have the same size, and every label has a class.
 *
 * @param classes names by label
 * @param mean (channels) over the training images, pixels scaled to [0, 1]
 * @param std (channels), likewise; never below 1/255
 * @param digest SHA-256, lower-case hex, over the digests of the four files in the order training images, training
 *     labels, validation images, validation labels, each as hex and a line feed
 */
public record DataSet(
        LabelledImages train,
        LabelledImages validation,
        List<String> classes,
        float[] mean,
        float[] std,
        String digest) {
    public int height() {
        return train.height();
    }

    public int width() {
        return train.width();
    }

    public int channels() {
        return train.channels();
    }
}
