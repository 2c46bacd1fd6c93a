package dev.distillery.trainer.tricks.cosine;

import dev.distillery.trainer.schedule.Schedule;

/**
 * SGDR: cosine cycles, each starting at the peak again. Cycle i lasts {@code firstSteps · factor^i} optimizer steps.
 *
 * @param factor at least 1
 */
public record WarmRestarts(double peak, double finalRate, long firstSteps, int factor) implements Schedule {
    @Override
    public double rate(long step) {
        long start = 0;
        long length = firstSteps;
        while (step >= start + length) {
            start += length;
            length *= factor;
        }
        return new CosineDecay(peak, finalRate, length).rate(step - start);
    }
}
