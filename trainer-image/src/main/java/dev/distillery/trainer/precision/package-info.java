/**
 * The number formats a step computes in. Master weights, batch-norm statistics, softmax, loss and the classifier are FP32
 * in all of them.
 */
package dev.distillery.trainer.precision;
