package dev.distillery.trainer.data;

import dev.distillery.trainer.augment.CounterRandom;

/** The order in which an epoch visits the images: a Fisher-Yates shuffle that depends on (seed, epoch) only. */
final class EpochOrder {
    /** Keeps these draws apart from the augmentation's, which use the seed as it is. */
    private static final long STREAM = 0x5348_5546_464C_4531L;

    private EpochOrder() {}

    /** @return a permutation of 0 to count − 1 */
    static int[] of(long seed, int epoch, int count) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int j = CounterRandom.below(CounterRandom.bits(seed ^ STREAM, epoch, i), i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
