package dev.distillery.trainer.quantization;

/** Counts of a tensor's values in equal bins between the least and the greatest that it takes. */
final class Histogram {
    /** As ONNX Runtime's own calibrator. */
    private static final int BINS = 2048;

    private final float least;
    private final float most;
    private final long[] counts = new long[BINS];
    private long total;

    /** Both finite, {@code least} at most {@code most}. */
    Histogram(float least, float most) {
        this.least = least;
        this.most = most;
    }

    void add(float[] values) {
        double binsPerUnit = most > least ? BINS / ((double) most - least) : 0;
        for (float value : values) {
            counts[Math.min(BINS - 1, (int) ((value - least) * binsPerUnit))]++;
        }
        total += values.length;
    }

    /**
     * The range that is left when the same share of the values is cut off at either end.
     *
     * @param kept share of the values, above 0, at most 1
     */
    ActivationScale scale(double kept) {
        double cut = total * (1 - kept) / 2;
        int first = 0;
        for (double below = counts[0]; below <= cut && first < BINS - 1; below += counts[first]) {
            first++;
        }
        int last = BINS - 1;
        for (double above = counts[last]; above <= cut && last > first; above += counts[last]) {
            last--;
        }
        double width = ((double) most - least) / BINS;
        return ActivationScale.of((float) (least + first * width), (float) (least + (last + 1) * width));
    }
}
