package dev.distillery.trainer.quantization;

/**
 * How a tensor's values become uint8: {@code q = clamp(round(x / scale) + zeroPoint, 0, 255)}.
 *
 * @param zeroPoint 0 to 255: what stands for 0, exactly
 */
record ActivationScale(float scale, int zeroPoint) {
    private static final int LEVELS = 255;

    /** @return the scale under which {@code [least, most]}, widened to hold 0, uses all levels */
    static ActivationScale of(float least, float most) {
        float low = Math.min(0, least);
        float high = Math.max(0, most);
        // A tensor that was 0 throughout: any scale stands for it.
        float scale = high > low ? (float) (((double) high - low) / LEVELS) : 1;
        return new ActivationScale(scale, Math.round(-low / scale));
    }
}
