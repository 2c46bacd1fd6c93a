package dev.distillery.image;

/**
 * For each output pixel along one direction: which input pixels it is made of, and with which weights. Weights are whole
 * numbers of 2^-12 and sum to 2^12 exactly, so that a flat area keeps its value.
 */
final class Taps {
    /** Weights of an output where the image grows. */
    private static final int ENLARGING = 3;

    private final int[] starts;
    private final int[] lengths;
    private final int[] weights;
    private final int most;

    private Taps(int outputs, int most) {
        this.starts = new int[outputs];
        this.lengths = new int[outputs];
        this.weights = new int[outputs * most];
        this.most = most;
    }

    /**
     * @param inputs pixels that there are
     * @param from left edge of the part that is scaled, 0 to {@code inputs}
     * @param to its right edge
     */
    static Taps of(int inputs, double from, double to, int outputs) {
        double scale = (to - from) / outputs;
        double reach = Math.max(scale, 1);
        Taps taps = new Taps(outputs, (int) Math.ceil(reach) * 2 + 1);
        double[] triangle = new double[taps.most];
        for (int i = 0; i < outputs; i++) {
            double centre = from + (i + 0.5) * scale;
            int start = Math.max(0, (int) (centre - reach + 0.5));
            int end = Math.min(inputs, (int) (centre + reach + 0.5));
            double sum = 0;
            for (int k = start; k < end; k++) {
                triangle[k - start] = Math.max(0, 1 - Math.abs(k + 0.5 - centre) / reach);
                sum += triangle[k - start];
            }
            taps.set(i, start, end - start, triangle, sum);
        }
        return taps;
    }

    /** Rounds the running sum, not each weight: many small weights must not vanish together. */
    private void set(int output, int start, int length, double[] triangle, double sum) {
        starts[output] = start;
        lengths[output] = length;
        double running = 0;
        int before = 0;
        for (int k = 0; k < length; k++) {
            running += triangle[k];
            int here = (int) Math.rint(running / sum * (1 << Resampler.WEIGHT_BITS));
            weights[output * most + k] = here - before;
            before = here;
        }
    }

    int start(int output) {
        return starts[output];
    }

    int length(int output) {
        return lengths[output];
    }

    long weight(int output, int k) {
        return weights[output * most + k];
    }

    /** @return the greatest length that there can be; weights beyond an output's length are 0 */
    int most() {
        return most;
    }

    /**
     * @param row packed pixels from input {@code firstInput} on, and {@link #most} after the last start
     * @param target gets {@code outputs} packed pixels of 8 bits a channel
     */
    void apply(long[] row, int firstInput, long[] target, int outputs) {
        if (most == ENLARGING) {
            for (int i = 0; i < outputs; i++) {
                int at = starts[i] - firstInput;
                int weight = i * ENLARGING;
                target[i] = Resampler.rounded(row[at] * weights[weight]
                        + row[at + 1] * weights[weight + 1]
                        + row[at + 2] * weights[weight + 2]);
            }
            return;
        }
        for (int i = 0; i < outputs; i++) {
            int at = starts[i] - firstInput;
            int weight = i * most;
            long sum = 0;
            for (int k = 0; k < lengths[i]; k++) {
                sum += row[at + k] * weights[weight + k];
            }
            target[i] = Resampler.rounded(sum);
        }
    }
}
