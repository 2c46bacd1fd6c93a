/**
 * Label smoothing.
 *
 * <p><b>What.</b> The target gives {@code 1 − ε + ε/K} to the label and {@code ε/K} to each of the other K − 1 classes, so
 * that logits need not grow without bound. ε = 0 is one-hot, ε = 1 uniform.
 *
 * <p><b>When not.</b> On a teacher: smoothing wipes out what it knows about how classes resemble one another (Müller et al.
 * 2019); off there unless {@code labelSmoothing.teacher} says otherwise. Where calibrated low probabilities are wanted.
 *
 * <p><b>Interactions.</b> With distillation it acts on the share α of the true labels only.
 *
 * <p><b>Source.</b> Szegedy et al. 2016, "Rethinking the Inception architecture", section 7.
 */
package dev.distillery.trainer.tricks.labelsmoothing;
