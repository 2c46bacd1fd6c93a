package dev.distillery.image;

/**
 * A part of a photograph, scaled to a square without keeping its proportions. The filter sees nothing outside of the part,
 * as if it had been cut out first.
 */
public final class CropView {
    private CropView() {}

    /**
     * A rectangle in an upright image, inside of it.
     *
     * @param mirrored whether left and right are exchanged after scaling
     */
    public record Crop(int left, int top, int width, int height, boolean mirrored) {}

    /**
     * @param image upright, perhaps reduced
     * @param reduction 1 if it was not
     * @param crop in pixels of the image before any reduction
     * @param target uint8, (size, size, 3) from {@code offset} on
     */
    public static void write(RgbImage image, int reduction, Crop crop, byte[] target, int offset, int size) {
        double left = (double) crop.left() / reduction;
        double top = (double) crop.top() / reduction;
        double right = Math.min(image.width(), (double) (crop.left() + crop.width()) / reduction);
        double bottom = Math.min(image.height(), (double) (crop.top() + crop.height()) / reduction);
        int firstColumn = (int) left;
        int firstRow = (int) top;
        Resampler.Source part = Resampler.Source.of(image)
                .part(firstColumn, firstRow, (int) Math.ceil(right) - firstColumn, (int) Math.ceil(bottom) - firstRow);
        Resampler.Box box =
                new Resampler.Box(left - firstColumn, top - firstRow, right - firstColumn, bottom - firstRow);
        Resampler.scale(part, box, target, offset, size, size, crop.mirrored());
    }

    /** @return the whole image at another size, uint8, (height, width, 3) */
    public static byte[] stretch(RgbImage image, int width, int height) {
        byte[] target = new byte[height * width * RgbImage.CHANNELS];
        Resampler.Source source = Resampler.Source.of(image);
        Resampler.scale(source, Resampler.Box.whole(source), target, 0, width, height, false);
        return target;
    }
}
