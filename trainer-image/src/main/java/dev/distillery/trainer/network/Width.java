package dev.distillery.trainer.network;

/**
 * A width multiplier, by the rule of MobileNetV2's authors (Sandler et al. 2018, in their published code): channels are
 * rounded to the nearest multiple of 8, are at least 8, and are never less than 90 % of the exact product.
 */
record Width(double multiplier) {
    private static final int STEP = 8;

    /** @param base channels at width 1 */
    int channels(int base) {
        double exact = base * multiplier;
        int rounded = Math.max(STEP, (int) (exact + STEP / 2.0) / STEP * STEP);
        return rounded < 0.9 * exact ? rounded + STEP : rounded;
    }
}
