package dev.distillery.trainer.augment;

import java.nio.ByteBuffer;

/**
 * Pads an image with zeros, crops it back to its size at a random place and mirrors it left-right with probability 1/2
 * (He et al. 2016, section 4.2).
 *
 * <p>The padding is pixel value 0 <em>before</em> normalisation, as torchvision's {@code RandomCrop} pads a picture.
 * Immutable and safe to share between threads.
 */
public final class Augmentation {
    private final long seed;
    private final int crop;
    private final boolean flip;
    private final int height;
    private final int width;
    private final int channels;

    /**
     * @param seed the recipe's
     * @param crop zero padding on each side in pixels, 0 for none
     * @param flip whether to mirror with probability 1/2
     */
    public Augmentation(long seed, int crop, boolean flip, int height, int width, int channels) {
        if (crop < 0 || height < 1 || width < 1 || channels < 1) {
            throw new IllegalArgumentException("crop " + crop + " and an image of " + height + "x" + width + "x"
                    + channels + "; expected crop at least 0 and sizes at least 1");
        }
        this.seed = seed;
        this.crop = crop;
        this.flip = flip;
        this.height = height;
        this.width = width;
        this.channels = channels;
    }

    /**
     * What is done to one image.
     *
     * @param rowShift row of the source that lands in row 0, -crop to crop
     * @param columnShift column of the (unflipped) source that lands in column 0, -crop to crop
     * @param mirrored whether columns are reversed after the crop
     */
    public record Draw(int rowShift, int columnShift, boolean mirrored) {}

    /** @return the change of this image in this epoch */
    public Draw draw(int epoch, int imageIndex) {
        long bits = CounterRandom.bits(seed, epoch, imageIndex);
        int places = 2 * crop + 1;
        return new Draw(
                CounterRandom.below(bits, places) - crop,
                CounterRandom.below(bits >>> 31, places) - crop,
                flip && bits < 0);
    }

    /**
     * Writes one changed image. Leaves the buffer's position and limit alone.
     *
     * @param source uint8 images, (N, height, width, channels)
     * @param sourceOffset of the image's first byte in {@code source}
     * @param target uint8, (batch, height, width, channels)
     * @param targetOffset of the image's first byte in {@code target}
     */
    public void apply(byte[] source, int sourceOffset, ByteBuffer target, int targetOffset, int epoch, int imageIndex) {
        Draw draw = draw(epoch, imageIndex);
        int rowBytes = width * channels;
        int left = Math.max(0, -draw.columnShift());
        int right = Math.min(width, width - draw.columnShift());
        int top = Math.max(0, -draw.rowShift());
        int bottom = Math.min(height, height - draw.rowShift());
        // Fresh zeros are the padding; one bulk copy at the end is faster than many small ones into the buffer.
        byte[] image = new byte[height * rowBytes];
        for (int y = top; y < bottom && left < right; y++) {
            int from = sourceOffset + (y + draw.rowShift()) * rowBytes + (left + draw.columnShift()) * channels;
            if (draw.mirrored()) {
                reverse(source, from, right - left, image, y * width + width - right);
            } else {
                System.arraycopy(source, from, image, y * rowBytes + left * channels, (right - left) * channels);
            }
        }
        target.put(targetOffset, image);
    }

    /** Copies {@code pixels} pixels in reverse order to pixel {@code firstPixel} of {@code image} and on. */
    private void reverse(byte[] source, int from, int pixels, byte[] image, int firstPixel) {
        int at = from + (pixels - 1) * channels;
        int to = firstPixel * channels;
        if (channels == 1) {
            for (int x = 0; x < pixels; x++) {
                image[to++] = source[at--];
            }
            return;
        }
        if (channels == 3) {
            for (int x = 0; x < pixels; x++, at -= 3, to += 3) {
                image[to] = source[at];
                image[to + 1] = source[at + 1];
                image[to + 2] = source[at + 2];
            }
            return;
        }
        for (int x = 0; x < pixels; x++, at -= 2 * channels) {
            for (int c = 0; c < channels; c++) {
                image[to++] = source[at++];
            }
        }
    }
}
