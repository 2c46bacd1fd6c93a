package dev.distillery.trainer.metrics;

import java.util.Arrays;

/**
 * Counts of (true class, predicted class). Ties in the logits go to the lower class, as in ONNX's and PyTorch's argmax.
 *
 * <p>Filled image by image; not safe for several threads.
 */
public final class Confusion {
    private final int[][] counts;
    private long total;
    private long right;

    public Confusion(int classes) {
        counts = new int[classes][classes];
    }

    /**
     * Counts one image.
     *
     * @param logits {@code (images, K)} row-major
     * @param row which of them
     */
    public void add(float[] logits, int row, int label) {
        int predicted = top1(logits, row * counts.length, counts.length);
        counts[label][predicted]++;
        total++;
        if (predicted == label) {
            right++;
        }
    }

    /** @return index of the greatest of {@code classes} values from {@code offset} on */
    public static int top1(float[] logits, int offset, int classes) {
        int best = 0;
        for (int c = 1; c < classes; c++) {
            if (logits[offset + c] > logits[offset + best]) {
                best = c;
            }
        }
        return best;
    }

    /** @return share of images that were classified right; NaN for none */
    public double top1() {
        return (double) right / total;
    }

    /** @return of each class, the share of its images that were classified right; NaN for a class without images */
    public double[] recall() {
        double[] recall = new double[counts.length];
        for (int label = 0; label < counts.length; label++) {
            int all = Arrays.stream(counts[label]).sum();
            recall[label] = (double) counts[label][label] / all;
        }
        return recall;
    }

    /** @return rows are true classes, columns predicted ones */
    public int[][] counts() {
        return counts;
    }
}
