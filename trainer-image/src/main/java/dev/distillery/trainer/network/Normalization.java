package dev.distillery.trainer.network;

/**
 * From a pixel in 0 … 255 to what a network sees: {@code (pixel/255 − mean) / std}, per channel.
 *
 * @param mean of the training pixels, in 0 … 1
 * @param std of the training pixels, in 0 … 1, above 0
 */
public record Normalization(float[] mean, float[] std) {

    /** @return the factor of each channel's raw pixel */
    public float[] scale() {
        float[] scale = new float[std.length];
        for (int c = 0; c < scale.length; c++) {
            scale[c] = (float) (1 / (255.0 * std[c]));
        }
        return scale;
    }

    /** @return what is added to each channel after {@link #scale} */
    public float[] shift() {
        float[] shift = new float[std.length];
        for (int c = 0; c < shift.length; c++) {
            shift[c] = (float) (-(double) mean[c] / std[c]);
        }
        return shift;
    }
}
