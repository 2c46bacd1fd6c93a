package dev.distillery.trainer.loss;

import dev.distillery.trainer.torchscript.Script;

/** A mean loss over a batch. */
public interface Loss {
    /** @return names of the scalar loss and of its gradient, {@code (N, K)}, both float32 */
    Gradient append(Script script, Batch batch);

    /** @return whether {@link Batch#teacherLogits()} is read */
    default boolean needsTeacher() {
        return false;
    }

    /**
     * Names of the inputs.
     *
     * @param logits {@code (N, K) float32}
     * @param labels {@code (N) int64}
     * @param teacherLogits {@code (N, K) float32}, or null where there is no teacher
     * @param classes K
     */
    record Batch(String logits, String labels, String teacherLogits, int classes) {}

    record Gradient(String loss, String logitsGradient) {}
}
