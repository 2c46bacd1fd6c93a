package dev.distillery.trainer.schedule;

/** The full learning rate, before a schedule shapes it. */
@FunctionalInterface
public interface PeakRate {
    /** @param batchSize images per optimizer step, over all devices */
    double at(int batchSize);
}
