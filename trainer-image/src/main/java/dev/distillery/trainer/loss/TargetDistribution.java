package dev.distillery.trainer.loss;

import dev.distillery.trainer.torchscript.Script;

/** What a label says the class probabilities should be. */
public interface TargetDistribution {
    /** All probability on the label. */
    TargetDistribution ONE_HOT = (script, batch) ->
            script.let("torch.to(torch.one_hot(" + batch.labels() + ", " + batch.classes() + "), 6)");

    /** @return the name of q, {@code (N, K) float32}, each row summing to 1 */
    String append(Script script, Loss.Batch batch);
}
