/**
 * Cosine learning-rate decay, with warm restarts (SGDR).
 *
 * <p><b>What.</b> The rate falls along half a cosine from its peak to {@code finalRate}, at every optimizer step, over the
 * steps that warm-up leaves. With restarts it jumps back to the peak at the end of each cycle, and cycles grow by a factor.
 *
 * <p><b>When not.</b> Where the length of the training is not known beforehand: cutting a cosine short leaves the rate
 * high.
 *
 * <p><b>Interactions.</b> Follows warm-up without a jump, because its length is what warm-up leaves. Off: step decay.
 *
 * <p><b>Snapshots.</b> Each whole cycle ends in a network of its own; with {@code restarts.snapshots} the students of all
 * whole cycles are published together, by the mean of their probabilities. It costs as many times the size and latency.
 *
 * <p><b>Source.</b> Loshchilov &amp; Hutter 2017, "SGDR: stochastic gradient descent with warm restarts", equation 5; Huang
 * et al. 2017, "Snapshot ensembles: train 1, get M for free".
 */
package dev.distillery.trainer.tricks.cosine;
