/**
 * Learning-rate warm-up.
 *
 * <p><b>What.</b> The first epochs run at a rate that rises to the full one: linear (Goyal et al. 2017, gradual),
 * exponential, in steps, or constant at a fraction. Per optimizer step, except for the stairs of form step.
 *
 * <p><b>When not.</b> Small rates and small batches do not need it. It must end before the training does: the validator
 * checks.
 *
 * <p><b>Interactions.</b> The schedule after it covers what it leaves, so that the rate does not jump at the joint.
 *
 * <p><b>Source.</b> Goyal et al. 2017, "Accurate, large minibatch SGD", section 2.2; constant: He et al. 2016.
 */
package dev.distillery.trainer.tricks.warmup;
