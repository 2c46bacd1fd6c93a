/**
 * Knowledge distillation.
 *
 * <p><b>What.</b> The student learns the teacher's softened class probabilities besides the true labels. The teacher is
 * trained first, then frozen: inference mode, no gradient, and it sees the very view of the image that the student sees
 * (Beyer et al. 2022). The factor T² keeps the size of the soft gradient when the temperature changes.
 *
 * <p><b>Decoupled</b> ({@code distillation.decoupled}, DKD). The plain divergence is the divergence on "the label's class
 * or not" (TCKD) plus that over the other classes (NCKD) times the teacher's doubt {@code 1 − p(label)}. So a sure teacher
 * says least just where it knows most about how the other classes resemble the image. DKD gives both parts weights of their
 * own: {@code a·TCKD + b·NCKD}, a = 1, b = 8. Its gradient is up to b times larger; the paper takes b from 0.5 (ImageNet) to
 * 8 (CIFAR-100, and more for surer teachers). The paper adds this to the labels' loss at weight 1 each; here α shares out
 * between the two as in the plain form, so α = 0.5 has the paper's proportion.
 *
 * <p><b>When not.</b> Where teacher and student families differ much it hurt (He et al. 2019 on Inception and MobileNet).
 * A teacher that is no better than the student has little to give.
 *
 * <p><b>Interactions.</b> A teacher trained on smoothed labels distils worse. α = 1 ignores the teacher, α = 0 the labels.
 *
 * <p><b>Source.</b> Hinton, Vinyals, Dean 2015, "Distilling the knowledge in a neural network"; decoupled: Zhao et al.
 * 2022, "Decoupled knowledge distillation", equations 5 to 7.
 */
package dev.distillery.trainer.tricks.distillation;
