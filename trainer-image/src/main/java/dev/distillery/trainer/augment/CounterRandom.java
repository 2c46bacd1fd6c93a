package dev.distillery.trainer.augment;

/**
 * Random numbers without state: the n-th number of a stream is computed from n. The mix is SplitMix64's finaliser
 * (Steele, Lea &amp; Flood 2014), applied once per coordinate.
 */
public final class CounterRandom {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private CounterRandom() {}

    /** @return 64 well-mixed bits for the triple; equal triples give equal bits, on every machine */
    public static long bits(long seed, long first, long second) {
        return mix(mix(mix(seed + GOLDEN_GAMMA) + (first + 1) * GOLDEN_GAMMA) + (second + 1) * GOLDEN_GAMMA);
    }

    /**
     * Scales 31 random bits to a range.
     *
     * @param bits only the lower 31 are read
     * @param bound above 0
     * @return a number in [0, bound); the probabilities of two numbers differ by at most bound / 2³¹, relatively
     */
    public static int below(long bits, int bound) {
        return (int) ((bits & 0x7FFF_FFFFL) * bound >>> 31);
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }
}
