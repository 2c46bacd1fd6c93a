package dev.distillery.trainer.optimizer;

import dev.distillery.trainer.network.ParameterSpec;

/** Which parameters weight decay pulls towards zero. */
@FunctionalInterface
public interface DecayRule {
    DecayRule ALL = parameter -> true;

    boolean decays(ParameterSpec parameter);
}
