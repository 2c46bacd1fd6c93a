/**
 * Writes TorchScript and runs it through DJL: a whole training step (forward, loss, backward, update) is one call, in the
 * compute type that was asked for, with FP32 master weights.
 *
 * <p>Why so: DJL has no autocast, and a cast is not differentiable there; inside TorchScript it is a plain operation
 * (docs/adr/0003). May import {@code network}, {@code loss}, {@code optimizer} and {@code precision}; never a trick.
 */
package dev.distillery.trainer.torchscript;
