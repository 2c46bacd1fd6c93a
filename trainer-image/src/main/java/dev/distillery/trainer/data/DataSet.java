package dev.distillery.trainer.data;

import java.util.List;

/**
 * A checked data set. Training and validation images have the same size, and every label has a class.
 *
 * @param classes names by label
 * @param mean (channels) over the training images, pixels scaled to [0, 1]
 * @param std (channels), likewise; never below 1/255
 * @param digest SHA-256, lower-case hex, over the digests of the files in the order training images, training labels,
 *     validation images, validation labels, or of the training and the validation folder; each as hex and a line feed
 * @param resizedSide of photographs, the length of the shorter side before the centre is cut out for evaluation; null where
 *     images have a size of their own
 * @param notes what a reader of the published model must know, such as images that were left out; mostly empty
 */
public record DataSet(
        ImageSet train,
        ImageSet validation,
        List<String> classes,
        float[] mean,
        float[] std,
        String digest,
        Integer resizedSide,
        List<String> notes) {
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
