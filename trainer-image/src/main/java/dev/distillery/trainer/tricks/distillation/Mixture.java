package dev.distillery.trainer.tricks.distillation;

import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.torchscript.Script;

/**
 * {@code α·hard + (1 − α)·soft}, value and gradient.
 *
 * @param hardLabelWeight α in 0 to 1
 */
record Mixture(double hardLabelWeight) {

    /**
     * @param soft names of the soft part's value and gradient before their factors
     * @param valueFactor what the value is still to be multiplied with
     * @param gradientFactor what the gradient is still to be multiplied with
     */
    Loss.Gradient append(
            Script script, Loss.Gradient hard, Loss.Gradient soft, double valueFactor, double gradientFactor) {
        return new Loss.Gradient(
                mix(script, hard.loss(), soft.loss(), valueFactor),
                mix(script, hard.logitsGradient(), soft.logitsGradient(), gradientFactor));
    }

    private String mix(Script script, String hard, String soft, double factor) {
        return script.let("torch.add(torch.mul(" + hard + ", " + Script.literal(hardLabelWeight) + "), torch.mul("
                + soft + ", " + Script.literal((1 - hardLabelWeight) * factor) + "))");
    }
}
