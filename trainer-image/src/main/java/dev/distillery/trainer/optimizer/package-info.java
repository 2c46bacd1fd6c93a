/**
 * Stochastic gradient descent in PyTorch's form and the grouping of parameters by weight decay. A trick supplies another
 * {@link dev.distillery.trainer.optimizer.DecayRule}.
 */
package dev.distillery.trainer.optimizer;
