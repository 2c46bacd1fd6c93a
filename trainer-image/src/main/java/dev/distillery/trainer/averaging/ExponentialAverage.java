package dev.distillery.trainer.averaging;

/**
 * Exponential moving average (EMA) of all values of a network, the batch norms' running statistics too: {@code a += (1 −
 * d)·(w − a)} after each optimizer step, with {@code d = min(decay, 1 − n^(−2/3))} at the n-th step, from 1.
 *
 * <p>The second term is timm's warm-up ({@code ModelEmaV3}): the average forgets the initial weights at the first step and
 * never reaches back further than the training is long. An average without the running statistics would normalise with
 * those of other weights.
 *
 * <p>Source: Polyak &amp; Juditsky 1992; Szegedy et al. 2016, section 8.
 *
 * @param decay 0 (the weights themselves) up to, not including, 1
 */
public record ExponentialAverage(double decay) {
    private static final double POWER = 2.0 / 3;

    /**
     * @param updates this one included, at least 1
     * @return 1 − d, the weight of the new values
     */
    public double newWeight(long updates) {
        return 1 - Math.min(decay, 1 - Math.pow(updates, -POWER));
    }
}
