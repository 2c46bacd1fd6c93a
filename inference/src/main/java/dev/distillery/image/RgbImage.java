package dev.distillery.image;

/**
 * Decoded pixels. Immutable by agreement: the array is handed out uncopied and nobody writes to it.
 *
 * @param pixels uint8, (height, width, 3), red first; may be longer than that
 */
public record RgbImage(int width, int height, byte[] pixels) {
    public static final int CHANNELS = 3;

    public RgbImage {
        if (width < 1 || height < 1 || pixels.length < (long) width * height * CHANNELS) {
            throw new IllegalArgumentException(pixels.length + " bytes for " + width + "x" + height + " pixels");
        }
    }
}
