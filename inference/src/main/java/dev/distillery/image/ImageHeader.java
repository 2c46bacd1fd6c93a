package dev.distillery.image;

/**
 * What a picture file says of itself before anything is decoded.
 *
 * @param width as stored, before the orientation is applied
 * @param height likewise
 * @param orientation from the EXIF data, {@link Orientation#UPRIGHT} without
 * @param components samples of a pixel, of a JPEG: 1, 3 or 4
 * @param luma of a JPEG: whether colour is stored as luma and two differences (YCbCr, YCCK), not as it is (RGB, CMYK)
 */
public record ImageHeader(Format format, int width, int height, Orientation orientation, int components, boolean luma) {
    /**
     * Refuses what would take gigabytes to decode, before it is decoded: a file of some hundred bytes can claim any size.
     * Pillow warns from 89,478,485 pixels on and refuses from twice as many.
     */
    public static final long MAX_PIXELS = 100_000_000;

    /** Longest side that a JPEG can have. */
    public static final int MAX_SIDE = 65_535;

    /** By content, whatever the file's name says. */
    public enum Format {
        JPEG,
        PNG,
        /** GIF, BMP and what else ImageIO reads; for {@code predict}, not for training. */
        OTHER
    }

    /** @return after the orientation has been applied */
    public int uprightWidth() {
        return orientation.swapsSides() ? height : width;
    }

    /** @return after the orientation has been applied */
    public int uprightHeight() {
        return orientation.swapsSides() ? width : height;
    }

    /**
     * @param file the whole file
     * @throws BadImageException if it is no JPEG or PNG, its header is broken, or it is too large
     */
    public static ImageHeader read(byte[] file) throws BadImageException {
        if (file.length == 0) {
            throw new BadImageException("the file is empty");
        }
        ImageHeader header;
        if (JpegHeader.matches(file)) {
            header = JpegHeader.read(file);
        } else if (PngHeader.matches(file)) {
            header = PngHeader.read(file);
        } else {
            throw new BadImageException("no JPEG or PNG by its content");
        }
        requireSize(header.width, header.height);
        return header;
    }

    /** Like {@link #read}, but takes all formats that ImageIO reads. */
    public static ImageHeader readAny(byte[] file) throws BadImageException {
        if (file.length == 0 || JpegHeader.matches(file) || PngHeader.matches(file)) {
            return read(file);
        }
        return ImageIoReader.read(file, reader -> {
            requireSize(reader.getWidth(0), reader.getHeight(0));
            return new ImageHeader(
                    Format.OTHER, reader.getWidth(0), reader.getHeight(0), Orientation.UPRIGHT, 0, false);
        });
    }

    static void requireSize(int width, int height) throws BadImageException {
        if (width < 1 || height < 1) {
            throw new BadImageException("the header says " + width + "x" + height + " pixels");
        }
        if (Math.max(width, height) > MAX_SIDE || (long) width * height > MAX_PIXELS) {
            throw new BadImageException("the header says " + width + "x" + height + " pixels, at most " + MAX_PIXELS
                    + " and " + MAX_SIDE + " a side are decoded");
        }
    }
}
