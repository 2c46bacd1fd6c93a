/**
 * No bias decay.
 *
 * <p><b>What.</b> Weight decay on the weights of convolutions and fully-connected layers only. Biases, γ and β are few, do
 * not overfit, and γ pulled towards zero silences channels.
 *
 * <p><b>When not.</b> Seldom harmful; He et al. 2019 found it neutral by itself.
 *
 * <p><b>Interactions.</b> Matters more at the large rates that linear scaling brings.
 *
 * <p><b>Source.</b> Jia et al. 2018, "Highly scalable deep learning training system with mixed-precision"; He et al. 2019.
 */
package dev.distillery.trainer.tricks.nobiasdecay;
