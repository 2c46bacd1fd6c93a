/**
 * Model tweaks: ResNet-B, ResNet-C, ResNet-D and zero-γ.
 *
 * <p><b>What.</b> B: a bottleneck's stride moves from its first 1x1 convolution to the 3x3. C: the 7x7 stem becomes three
 * 3x3 (32, 32, 64 channels, the first with stride 2). D: a strided shortcut becomes a 2x2 average pool with stride 2 and a
 * 1x1 convolution with stride 1. Zero-γ: γ of the last batch norm of each residual branch starts at 0, so that every block
 * starts as the identity.
 *
 * <p><b>When not.</b> B changes nothing in networks without bottlenecks. C is meaningless for a 3x3 stem: the validator
 * refuses it there, and D leaves such a stem alone. MobileNetV2 has neither bottleneck, 7x7 stem nor projection: B, C and D
 * change nothing in it, and need not be switched off; zero-γ applies to the blocks that add their input. Zero-γ slows very
 * short trainings.
 *
 * <p><b>Interactions.</b> Parameter names stay, except for the stem's.
 *
 * <p><b>Source.</b> He et al. 2019, "Bag of tricks for image classification with convolutional neural networks"; zero-γ:
 * Goyal et al. 2017.
 */
package dev.distillery.trainer.tricks.modeltweaks;
