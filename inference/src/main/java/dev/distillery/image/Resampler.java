package dev.distillery.image;

/**
 * Antialiased bilinear scaling: each output pixel is a weighted mean of the input pixels below a triangle whose half width
 * is one output pixel, or one input pixel where the image grows. Pillow's and torchvision's {@code BILINEAR} with
 * antialias use the same filter and the same 8-bit image between the two directions; results differ by at most one grey
 * level, because weights have {@value #WEIGHT_BITS} bits here.
 *
 * <p>Safe for several threads.
 */
final class Resampler {
    static final int WEIGHT_BITS = 12;

    private static final int CHANNELS = RgbImage.CHANNELS;
    /**
     * A pixel's channels in one long, {@value} bits apart: one multiplication and one addition weigh all three. The sum of
     * the weights is 2^12, so a lane holds at most 255 · 4096 and half of 4096 to round: 20 bits.
     */
    private static final int LANE_BITS = 21;

    private static final long HALF = 1L << (WEIGHT_BITS - 1);
    private static final long ROUNDING = HALF | HALF << LANE_BITS | HALF << 2 * LANE_BITS;
    private static final long BYTES = 0xFFL | 0xFFL << LANE_BITS | 0xFFL << 2 * LANE_BITS;

    private Resampler() {}

    /**
     * Scales a part of an image. The filter reaches beyond the part, up to the image's edge.
     *
     * @param box the part, in the source's pixels
     * @param target uint8, (height, width, 3) from {@code targetOffset} on
     * @param mirrored whether columns come out in reverse order
     */
    static void scale(
            Source source, Box box, byte[] target, int targetOffset, int width, int height, boolean mirrored) {
        Taps columns = Taps.of(source.width(), box.left(), box.right(), width);
        Taps rows = Taps.of(source.height(), box.top(), box.bottom(), height);
        NarrowRows narrow = new NarrowRows(source, columns, rows.start(0), rows.most(), width);
        long[] sums = new long[width];
        int at = targetOffset;
        for (int y = 0; y < height; y++) {
            weigh(narrow, rows, y, sums);
            if (mirrored) {
                for (int x = width - 1; x >= 0; x--, at += CHANNELS) {
                    unpack(sums[x], target, at);
                }
            } else {
                for (int x = 0; x < width; x++, at += CHANNELS) {
                    unpack(sums[x], target, at);
                }
            }
        }
    }

    /**
     * @param offset of the first pixel in {@code pixels}
     * @param stride bytes from a row to the next
     */
    record Source(byte[] pixels, int offset, int stride, int width, int height) {
        static Source of(RgbImage image) {
            return new Source(image.pixels(), 0, image.width() * CHANNELS, image.width(), image.height());
        }

        /** @return only this part, so that a filter does not see what lies beside it */
        Source part(int left, int top, int partWidth, int partHeight) {
            return new Source(pixels, offset + top * stride + left * CHANNELS, stride, partWidth, partHeight);
        }
    }

    /** Edges in pixels, of which the first is 0 to 1. */
    record Box(double left, double top, double right, double bottom) {
        static Box whole(Source source) {
            return new Box(0, 0, source.width(), source.height());
        }
    }

    private static void weigh(NarrowRows narrow, Taps rows, int y, long[] sums) {
        int start = rows.start(y);
        int length = rows.length(y);
        long[] one = narrow.row(start);
        long weight = rows.weight(y, 0);
        // Two rows at a time: most images are enlarged or hardly reduced, and then this is the only turn.
        if (length == 1) {
            for (int x = 0; x < sums.length; x++) {
                sums[x] = one[x] * weight + ROUNDING;
            }
            return;
        }
        long[] other = narrow.row(start + 1);
        long otherWeight = rows.weight(y, 1);
        for (int x = 0; x < sums.length; x++) {
            sums[x] = one[x] * weight + other[x] * otherWeight + ROUNDING;
        }
        for (int k = 2; k < length; k++) {
            long[] next = narrow.row(start + k);
            long nextWeight = rows.weight(y, k);
            for (int x = 0; x < sums.length; x++) {
                sums[x] += next[x] * nextWeight;
            }
        }
    }

    /** @return a pixel's three samples from {@code at} on, a lane each */
    static long pack(byte[] pixels, int at) {
        return (pixels[at] & 0xFFL) | (pixels[at + 1] & 0xFFL) << LANE_BITS | (pixels[at + 2] & 0xFFL) << 2 * LANE_BITS;
    }

    /** @return eight bits of each lane, in the lane */
    static long rounded(long sum) {
        return (sum + ROUNDING) >>> WEIGHT_BITS & BYTES;
    }

    private static void unpack(long sum, byte[] target, int at) {
        target[at] = (byte) (sum >>> WEIGHT_BITS);
        target[at + 1] = (byte) (sum >>> WEIGHT_BITS + LANE_BITS);
        target[at + 2] = (byte) (sum >>> WEIGHT_BITS + 2 * LANE_BITS);
    }
}
