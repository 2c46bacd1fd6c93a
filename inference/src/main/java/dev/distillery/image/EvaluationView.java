package dev.distillery.image;

/**
 * What evaluation and serving see of a photograph: its shorter side scaled to {@code resizedSide}, its centre cut out as a
 * square. Geometry as torchvision's {@code Resize} and {@code CenterCrop}: the longer side is cut to whole pixels, half a
 * pixel goes to the even side.
 *
 * @param resizedSide length of the shorter side after scaling, at least {@code size}
 * @param size height and width of what is seen
 */
public record EvaluationView(int resizedSide, int size) {
    /** Krizhevsky et al. 2012 scale to 256 and cut out 224. */
    private static final double SEEN_SHARE = 0.875;

    public EvaluationView {
        if (size < 1 || resizedSide < size) {
            throw new IllegalArgumentException("a square of " + size + " out of a side of " + resizedSide);
        }
    }

    /** @return the view of a network with this input size: the shorter side becomes size / 0.875, 256 for 224 */
    public static EvaluationView of(int size) {
        return new EvaluationView((int) Math.round(size / SEEN_SHARE), size);
    }

    /** @return bytes of a view: size · size · 3 */
    public int bytes() {
        return size * size * RgbImage.CHANNELS;
    }

    /**
     * Decodes a file, as small as {@link ImageDecoder#reduction} allows, and writes what is seen of it.
     *
     * @param target uint8, (size, size, 3) from {@code offset} on
     */
    public void write(ImageDecoder decoder, byte[] file, ImageHeader header, byte[] target, int offset)
            throws BadImageException {
        int width = header.uprightWidth();
        int height = header.uprightHeight();
        double shorter = (double) Math.min(width, height) * size / resizedSide;
        int reduction = decoder.reduction(header, shorter, shorter, size, size);
        write(decoder.decode(file, header, reduction), width, height, target, offset);
    }

    /**
     * @param image upright, whole, perhaps reduced
     * @param width of the image before any reduction
     * @param height likewise
     * @param target uint8, (size, size, 3) from {@code offset} on
     */
    public void write(RgbImage image, int width, int height, byte[] target, int offset) {
        int resizedWidth = width <= height ? resizedSide : (int) ((long) resizedSide * width / height);
        int resizedHeight = width <= height ? (int) ((long) resizedSide * height / width) : resizedSide;
        double left = Math.rint((resizedWidth - size) / 2.0);
        double top = Math.rint((resizedHeight - size) / 2.0);
        double acrossScale = (double) image.width() / resizedWidth;
        double downScale = (double) image.height() / resizedHeight;
        Resampler.Box box = new Resampler.Box(
                left * acrossScale, top * downScale, (left + size) * acrossScale, (top + size) * downScale);
        Resampler.scale(Resampler.Source.of(image), box, target, offset, size, size, false);
    }
}
