package dev.distillery.trainer.tricks.nobiasdecay;

import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.network.ParameterSpec;
import dev.distillery.trainer.optimizer.DecayRule;

/** Decays the weights of convolutions and linear layers; not biases, γ or β. */
public final class NoBiasDecay implements DecayRule {

    /** @return the rule that decays everything where the trick is off */
    public static DecayRule of(Tricks.NoBiasDecay recipe) {
        return recipe.enabled() ? new NoBiasDecay() : DecayRule.ALL;
    }

    @Override
    public boolean decays(ParameterSpec parameter) {
        return switch (parameter.kind()) {
            case CONVOLUTION_WEIGHT, LINEAR_WEIGHT -> true;
            case BIAS, GAMMA, BETA -> false;
        };
    }
}
