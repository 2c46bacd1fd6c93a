package dev.distillery.image;

/**
 * How a camera was held: what must be done to the stored pixels to see the scene upright. In the order of EXIF's tag, from
 * 1 on.
 */
public enum Orientation {
    UPRIGHT(false, false, false),
    MIRRORED(false, true, false),
    ROTATED_180(false, true, true),
    FLIPPED(false, false, true),
    /** Rows become columns. */
    TRANSPOSED(true, false, false),
    /** Must be turned a quarter clockwise. */
    ROTATED_90(true, true, false),
    TRANSVERSED(true, true, true),
    /** Must be turned a quarter anticlockwise. */
    ROTATED_270(true, false, true);

    private final boolean transposes;
    private final boolean reversesColumns;
    private final boolean reversesRows;

    /** First rows and columns are exchanged, then the columns and the rows of the result are reversed. */
    Orientation(boolean transposes, boolean reversesColumns, boolean reversesRows) {
        this.transposes = transposes;
        this.reversesColumns = reversesColumns;
        this.reversesRows = reversesRows;
    }

    /** @return upright for a value that EXIF does not define */
    static Orientation ofTag(int value) {
        return value < 1 || value > values().length ? UPRIGHT : values()[value - 1];
    }

    public boolean swapsSides() {
        return transposes;
    }

    /** @return the image as it should be seen; the same object where nothing is to be done */
    RgbImage apply(RgbImage stored) {
        if (this == UPRIGHT) {
            return stored;
        }
        int width = transposes ? stored.height() : stored.width();
        int height = transposes ? stored.width() : stored.height();
        byte[] from = stored.pixels();
        byte[] to = new byte[width * height * RgbImage.CHANNELS];
        // Steps in the stored image for one step right and one step down in the upright one.
        int right = (transposes ? stored.width() : 1) * (reversesColumns ? -1 : 1);
        int down = (transposes ? 1 : stored.width()) * (reversesRows ? -1 : 1);
        int start = (reversesColumns ? -right * (width - 1) : 0) + (reversesRows ? -down * (height - 1) : 0);
        int target = 0;
        for (int y = 0; y < height; y++) {
            int source = (start + y * down) * RgbImage.CHANNELS;
            for (int x = 0; x < width; x++, source += right * RgbImage.CHANNELS, target += RgbImage.CHANNELS) {
                to[target] = from[source];
                to[target + 1] = from[source + 1];
                to[target + 2] = from[source + 2];
            }
        }
        return new RgbImage(width, height, to);
    }
}
