/**
 * Mixed-precision training.
 *
 * <p><b>What.</b> Convolutions compute in BF16 (or FP16), forwards and backwards; master weights, batch-norm parameters and
 * statistics, the classifier, softmax, loss, reductions and the update stay FP32. FP16 adds dynamic loss scaling: the
 * loss's gradient is multiplied by a scale that starts at 65,536, doubles after 2,000 good steps and halves when a gradient
 * overflows; that step is skipped, and so is its learning rate. Gradients are unscaled before they are checked.
 *
 * <p><b>When not.</b> On a CPU without BF16 instructions: {@code auto} takes FP32 there. FP16 is for CUDA.
 *
 * <p><b>Interactions.</b> The teacher's soft targets are computed in the same type; validation, export and gate are FP32.
 *
 * <p><b>Source.</b> Micikevicius et al. 2018, "Mixed precision training"; Kalamkar et al. 2019 (BF16).
 */
package dev.distillery.trainer.tricks.mixedprecision;
