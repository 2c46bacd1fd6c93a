package dev.distillery.trainer.data;

import java.nio.ByteBuffer;

/**
 * Mean and standard deviation per channel, with pixels scaled to [0, 1].
 *
 * <p>Computed from an exact histogram in double: {@code mean = Σ n_v·v / N / 255}, {@code std = sqrt(Σ n_v·(v/255 −
 * mean)² / N)} (population form). A channel that hardly varies gets the floor of one grey step, 1/255, so that
 * normalisation never divides by nothing.
 *
 * @param mean (channels), 0 to 1
 * @param std (channels), at least 1/255
 */
public record ChannelStatistics(float[] mean, float[] std) {
    static final double STD_FLOOR = 1.0 / 255;

    /** Photographs that are looked at; more would not move a mean of 10⁸ pixels. */
    private static final int PHOTOGRAPHS = 2048;

    /** @return over all images */
    static ChannelStatistics of(LabelledImages images) {
        long[][] histogram = new long[images.channels()][256];
        count(images.pixels(), histogram);
        return of(images, images.count(), histogram);
    }

    /** @return over every n-th image as evaluation sees it, with the least n that takes at most {@value #PHOTOGRAPHS} */
    public static ChannelStatistics ofEveryNth(ImageSet images) {
        int step = (images.count() + PHOTOGRAPHS - 1) / PHOTOGRAPHS;
        long[][] histogram = new long[images.channels()][256];
        ByteBuffer target = ByteBuffer.allocate(images.imageBytes());
        int taken = 0;
        for (int i = 0; i < images.count(); i += step) {
            images.write(i, 1, target);
            count(target.array(), histogram);
            taken++;
        }
        return of(images, taken, histogram);
    }

    private static ChannelStatistics of(ImageSet images, int taken, long[][] histogram) {
        double pixels = (double) taken * images.height() * images.width();
        float[] mean = new float[images.channels()];
        float[] std = new float[images.channels()];
        for (int c = 0; c < mean.length; c++) {
            double sum = 0;
            for (int v = 0; v < 256; v++) {
                sum += (double) histogram[c][v] * v;
            }
            double channelMean = sum / pixels / 255;
            double squares = 0;
            for (int v = 0; v < 256; v++) {
                double distance = v / 255.0 - channelMean;
                squares += histogram[c][v] * distance * distance;
            }
            mean[c] = (float) channelMean;
            std[c] = (float) Math.max(STD_FLOOR, Math.sqrt(squares / pixels));
        }
        return new ChannelStatistics(mean, std);
    }

    private static void count(byte[] pixels, long[][] histogram) {
        int c = 0;
        for (byte pixel : pixels) {
            histogram[c][pixel & 0xff]++;
            c = c + 1 == histogram.length ? 0 : c + 1;
        }
    }
}
