/**
 * Linear-scaling learning rate.
 *
 * <p><b>What.</b> k times the images in a step take k times the rate: the sum over k small steps and the one large step
 * then move the weights about equally far. The batch is the global one: per device, times devices, pods and accumulation.
 *
 * <p><b>When not.</b> Beyond some thousands of images a step the rule breaks (Goyal et al. 2017: above 8,192). The
 * reference rate belongs to the model family and must be measured; a wrong one scales just as well.
 *
 * <p><b>Interactions.</b> Large rates need warm-up.
 *
 * <p><b>Source.</b> Goyal et al. 2017, "Accurate, large minibatch SGD", section 2.1.
 */
package dev.distillery.trainer.tricks.linearscaling;
