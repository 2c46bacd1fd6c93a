package dev.distillery.trainer.schedule;

/** The learning rate of each optimizer step. */
@FunctionalInterface
public interface Schedule {
    /** @param step from 0; the rate that the step uses */
    double rate(long step);
}
