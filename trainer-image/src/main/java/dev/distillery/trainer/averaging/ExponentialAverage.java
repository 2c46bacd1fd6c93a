package dev.distillery.trainer.averaging;

/**
 * Exponential moving average (EMA) of all values of a network, the batch norms' running statistics too: {@code a += (1 −
 * d)·(w − a)} after each optimizer step, with {@code d = min(decay, (1 + n) / (10 + n))} at the n-th step, from 1.
 *
 * <p>The second term lets the average forget the initial weights within the first steps, however short the training
 * (TensorFlow's {@code ExponentialMovingAverage} with {@code num_updates}). An average without the running statistics
 * would normalise with those of other weights.
 *
 * <p>Source: Polyak &amp; Juditsky 1992; Szegedy et al. 2016, section 8.
 *
 * @param decay 0 (the weights themselves) up to, not including, 1
 */
public record ExponentialAverage(double decay) {
    private static final double RAMP = 10;

    /**
     * @param updates this one included, at least 1
     * @return 1 − d, the weight of the new values
     */
    public double newWeight(long updates) {
        return 1 - Math.min(decay, (1 + updates) / (RAMP + updates));
    }
}
