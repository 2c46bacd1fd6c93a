package dev.distillery.trainer.tricks;

import java.util.Arrays;

/** Textbook formulas in double, written without regard to the code under test. */
public final class Formulas {
    private Formulas() {}

    /** @return softmax(row / temperature) of one row of {@code (N, classes)} */
    public static double[] softmax(float[] logits, int row, int classes, double temperature) {
        double[] exponentials = new double[classes];
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            exponentials[c] = Math.exp(logits[row * classes + c] / temperature);
            sum += exponentials[c];
        }
        for (int c = 0; c < classes; c++) {
            exponentials[c] /= sum;
        }
        return exponentials;
    }

    /** @return −Σ target·log(probabilities) */
    public static double crossEntropy(double[] target, double[] probabilities) {
        double sum = 0;
        for (int c = 0; c < target.length; c++) {
            sum -= target[c] * Math.log(probabilities[c]);
        }
        return sum;
    }

    /** @return Σ p·log(p/q) */
    public static double divergence(double[] p, double[] q) {
        double sum = 0;
        for (int c = 0; c < p.length; c++) {
            sum += p[c] * Math.log(p[c] / q[c]);
        }
        return sum;
    }

    /** @return (1 − ε) on the label and ε/K everywhere */
    public static double[] smoothed(long label, double epsilon, int classes) {
        double[] target = new double[classes];
        Arrays.fill(target, epsilon / classes);
        target[(int) label] += 1 - epsilon;
        return target;
    }
}
