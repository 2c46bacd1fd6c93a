package dev.distillery.trainer.tricks.distillation;

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

    @Override
    public boolean needsTeacher() {
        return true;
    }

    @Override
    public Gradient append(Script script, Batch batch) {
        Gradient onLabels = hard.append(script, batch);
        String student = softened(script, batch.logits());
        String teacher = softened(script, batch.teacherLogits());
        String probabilities = script.let("torch.exp(" + teacher + ")");
        String count = script.let("torch.size(" + batch.logits() + ", 0)");
        String divergence = script.let("torch.div(torch.sum(torch.mul(" + probabilities + ", torch.sub(" + teacher
                + ", " + student + "))), " + count + ")");
        double soft = 1 - hardLabelWeight;
        String loss = mix(script, onLabels.loss(), divergence, soft * temperature * temperature);
        String difference =
                script.let("torch.div(torch.sub(torch.exp(" + student + "), " + probabilities + "), " + count + ")");
        String gradient = mix(script, onLabels.logitsGradient(), difference, soft * temperature);
        return new Gradient(loss, gradient);
    }

    private String softened(Script script, String logits) {
        return script.let(
                "torch._log_softmax(torch.div(" + logits + ", " + Script.literal(temperature) + "), 1, False)");
    }

    private String mix(Script script, String hardPart, String softPart, double softFactor) {
        return script.let("torch.add(torch.mul(" + hardPart + ", " + Script.literal(hardLabelWeight) + "), torch.mul("
                + softPart + ", " + Script.literal(softFactor) + "))");
    }
}
