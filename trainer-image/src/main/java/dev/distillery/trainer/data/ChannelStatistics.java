package dev.distillery.trainer.data;

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
record ChannelStatistics(float[] mean, float[] std) {
    static final double STD_FLOOR = 1.0 / 255;

    static ChannelStatistics of(LabelledImages images) {
        long[][] histogram = histogram(images);
        double pixels = (double) images.count() * images.height() * images.width();
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

    private static long[][] histogram(LabelledImages images) {
        int channels = images.channels();
        long[][] histogram = new long[channels][256];
        byte[] pixels = images.pixels();
        int c = 0;
        for (byte pixel : pixels) {
            histogram[c][pixel & 0xff]++;
            c = c + 1 == channels ? 0 : c + 1;
        }
        return histogram;
    }
}
