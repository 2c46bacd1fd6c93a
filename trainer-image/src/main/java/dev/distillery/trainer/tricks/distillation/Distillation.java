package dev.distillery.trainer.tricks.distillation;

import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.torchscript.Script;

/**
 * {@code L = α·hard + (1 − α)·T²·KL(softmax(t/T) ‖ softmax(s/T))}, mean over the batch, with student logits s and teacher
 * logits t. The gradient of the second part is {@code (1 − α)·T·(softmax(s/T) − softmax(t/T)) / N}.
 *
 * @param hard the loss on the true labels
 * @param temperature T &gt; 0
 * @param hardLabelWeight α in 0 to 1
 */
public record Distillation(Loss hard, double temperature, double hardLabelWeight) implements Loss {

    /** @return the student's loss: {@code hard} alone where the trick is off, decoupled where the recipe says so */
    public static Loss of(Tricks.Distillation recipe, Loss hard) {
        if (!recipe.enabled()) {
            return hard;
        }
        Tricks.Decoupled decoupled = recipe.decoupled();
        return decoupled == null
                ? new Distillation(hard, recipe.temperature(), recipe.hardLabelWeight())
                : new DecoupledDistillation(
                        hard,
                        recipe.temperature(),
                        recipe.hardLabelWeight(),
                        decoupled.targetWeight(),
                        decoupled.nonTargetWeight());
    }

    @Override
    public boolean needsTeacher() {
        return true;
    }

    @Override
    public Gradient append(Script script, Batch batch) {
        Gradient onLabels = hard.append(script, batch);
        SoftTargets student = softened(script, batch.logits());
        SoftTargets teacher = softened(script, batch.teacherLogits());
        String count = script.let("torch.size(" + batch.logits() + ", 0)");
        String divergence = script.let("torch.div(" + teacher.divergence(script, student) + ", " + count + ")");
        String difference = script.let("torch.div(torch.sub(" + student.probabilities() + ", " + teacher.probabilities()
                + "), " + count + ")");
        return new Mixture(hardLabelWeight)
                .append(script, onLabels, new Gradient(divergence, difference), temperature * temperature, temperature);
    }

    private SoftTargets softened(Script script, String logits) {
        String logarithms = script.let(
                "torch._log_softmax(torch.div(" + logits + ", " + Script.literal(temperature) + "), 1, False)");
        return new SoftTargets(script.let("torch.exp(" + logarithms + ")"), logarithms);
    }
}
