/**
 * Losses as TorchScript: the value and, in closed form, its gradient for the logits. All in FP32. Tricks supply other
 * {@link dev.distillery.trainer.loss.TargetDistribution}s and {@link dev.distillery.trainer.loss.Loss}es.
 */
package dev.distillery.trainer.loss;
