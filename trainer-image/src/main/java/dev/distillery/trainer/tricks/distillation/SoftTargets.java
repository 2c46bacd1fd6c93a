package dev.distillery.trainer.tricks.distillation;

import dev.distillery.trainer.torchscript.Script;

/**
 * Names of softened class probabilities, float32.
 *
 * @param probabilities p
 * @param logarithms log p
 */
record SoftTargets(String probabilities, String logarithms) {

    /**
     * {@code KL(p ‖ q)} of this p where each row is a softmax, summed over the rows, as {@code Σ p·(log p − log q − 1) + q}.
     * On paper the {@code −p + q} is 0 in sum; in FP32 it takes off what rounding a row's log-sum-exp adds to all of the
     * row's logarithms, at high temperature a hundred-thousandth of the divergence.
     *
     * @return name of a float32 scalar
     */
    String divergence(Script script, SoftTargets q) {
        return script.let("torch.sum(torch.add(torch.mul(" + probabilities + ", torch.sub(torch.sub(" + logarithms
                + ", " + q.logarithms + "), 1.)), " + q.probabilities + "))");
    }

    /** @return an expression of {@code p·(log p − log q)}, value by value; no row is a whole distribution */
    String term(SoftTargets q) {
        return "torch.mul(" + probabilities + ", torch.sub(" + logarithms + ", " + q.logarithms + "))";
    }
}
