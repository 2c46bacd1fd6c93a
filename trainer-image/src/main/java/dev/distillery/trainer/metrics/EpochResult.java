package dev.distillery.trainer.metrics;

/**
 * What came out of one epoch.
 *
 * @param epoch from 1
 * @param loss mean over the epoch's steps
 * @param top1 of the validation images, FP32, 0 to 1
 * @param rate learning rate of the last step
 */
public record EpochResult(int epoch, double loss, double top1, double rate) {}
