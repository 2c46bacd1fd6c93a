/**
 * Knowledge distillation.
 *
 * <p><b>What.</b> The student learns the teacher's softened class probabilities besides the true labels. The teacher is
 * trained first, then frozen: inference mode, no gradient, and it sees the very view of the image that the student sees
 * (Beyer et al. 2022). The factor T² keeps the size of the soft gradient when the temperature changes.
 *
 * <p><b>When not.</b> Where teacher and student families differ much it hurt (He et al. 2019 on Inception and MobileNet).
 * A teacher that is no better than the student has little to give.
 *
 * <p><b>Interactions.</b> A teacher trained on smoothed labels distils worse. α = 1 ignores the teacher, α = 0 the labels.
 *
 * <p><b>Source.</b> Hinton, Vinyals, Dean 2015, "Distilling the knowledge in a neural network".
 */
package dev.distillery.trainer.tricks.distillation;
