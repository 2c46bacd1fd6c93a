package dev.distillery.trainer.tricks.nobiasdecay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.network.ParameterSpec;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.optimizer.DecayRule;
import dev.distillery.trainer.optimizer.Sgd;
import dev.distillery.trainer.precision.Precision;
import dev.distillery.trainer.torchscript.StepProbe;
import org.junit.jupiter.api.Test;

class NoBiasDecayTest {
    private static final double RATE = 0.1;
    private static final double DECAY = 0.5;

    /** One step with and without the trick differs by exactly the decay that γ, β and biases were spared. */
    @Test
    void sparesBiasesGammaAndBetaAndNothingElse() {
        Sgd optimizer = new Sgd(0, false, DECAY);
        Weights with = step(NoBiasDecay.of(new Tricks.NoBiasDecay(true)), optimizer);
        Weights without = step(NoBiasDecay.of(new Tricks.NoBiasDecay(false)), optimizer);
        for (ParameterSpec spec : StepProbe.NETWORK.parameters()) {
            float[] start = StepProbe.START.get(spec.name());
            boolean weight = spec.kind() == ParameterSpec.Kind.CONVOLUTION_WEIGHT
                    || spec.kind() == ParameterSpec.Kind.LINEAR_WEIGHT;
            for (int i = 0; i < start.length; i++) {
                double spared = weight ? 0 : RATE * DECAY * start[i];
                assertThat((double) with.get(spec.name())[i] - without.get(spec.name())[i])
                        .as(spec.name())
                        .isCloseTo(spared, within(1e-6));
            }
        }
    }

    private static Weights step(DecayRule rule, Sgd optimizer) {
        return StepProbe.run(1, optimizer, rule, Precision.full(), RATE).weights();
    }
}
