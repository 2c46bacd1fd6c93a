package dev.distillery.image;

/**
 * Ink to light. Every common writer follows Adobe and stores the complement of the ink, whether or not Adobe's marker is
 * there (Pillow assumes so too), so light is the product of two stored samples.
 */
final class Cmyk {
    private Cmyk() {}

    /** @return uint8 (pixels, 3) from uint8 (pixels, 4) */
    static byte[] toRgb(byte[] stored, int pixels) {
        byte[] rgb = new byte[pixels * RgbImage.CHANNELS];
        for (int i = 0, from = 0, to = 0; i < pixels; i++, from += 4) {
            int black = stored[from + 3] & 0xff;
            for (int c = 0; c < RgbImage.CHANNELS; c++) {
                rgb[to++] = (byte) (((stored[from + c] & 0xff) * black + 127) / 255);
            }
        }
        return rgb;
    }
}
