package dev.distillery.image;

/**
 * Rows that are scaled across but not yet down, made when they are asked for. Only the last few are kept, as many as the
 * filter reaches over, so that all of them stay in the processor's cache.
 */
final class NarrowRows {
    private final Resampler.Source source;
    private final Taps columns;
    private final int width;
    private final int firstColumn;
    private final long[] wide;
    private final long[][] ring;
    private int next;

    /**
     * @param first the first row that will be asked for
     * @param kept how many rows before the one that was asked for last may be asked for again, and that one
     * @param width after scaling
     */
    NarrowRows(Resampler.Source source, Taps columns, int first, int kept, int width) {
        this.source = source;
        this.columns = columns;
        this.width = width;
        this.firstColumn = columns.start(0);
        // As many as the filter has weights follow the last: weights beyond an edge are 0, but are multiplied.
        this.wide = new long[columns.start(width - 1) + columns.most() - firstColumn];
        this.ring = new long[kept][width];
        this.next = first;
    }

    /** @return (width) packed pixels of 8 bits a channel; valid until {@code kept} more rows have been made */
    long[] row(int y) {
        while (next <= y) {
            unpacked(next);
            columns.apply(wide, firstColumn, ring[next % ring.length], width);
            next++;
        }
        return ring[y % ring.length];
    }

    private void unpacked(int y) {
        int from = source.offset() + y * source.stride() + firstColumn * RgbImage.CHANNELS;
        int count = Math.min(wide.length, source.width() - firstColumn);
        byte[] pixels = source.pixels();
        for (int x = 0; x < count; x++, from += RgbImage.CHANNELS) {
            wide[x] = Resampler.pack(pixels, from);
        }
    }
}
