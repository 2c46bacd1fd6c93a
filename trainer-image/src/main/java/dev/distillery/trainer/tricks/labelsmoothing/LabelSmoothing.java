package dev.distillery.trainer.tricks.labelsmoothing;

import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.loss.TargetDistribution;
import dev.distillery.trainer.torchscript.Script;

/** {@code q = (1 − ε)·onehot(y) + ε/K}. */
public record LabelSmoothing(double epsilon) implements TargetDistribution {

    /** @return one-hot targets where the trick is off, or does not apply to the teacher */
    public static TargetDistribution of(Tricks.LabelSmoothing recipe, boolean forTeacher) {
        boolean on = recipe.enabled() && recipe.epsilon() > 0 && (!forTeacher || recipe.teacher());
        return on ? new LabelSmoothing(recipe.epsilon()) : TargetDistribution.ONE_HOT;
    }

    @Override
    public String append(Script script, Loss.Batch batch) {
        String oneHot = TargetDistribution.ONE_HOT.append(script, batch);
        return script.let("torch.add(torch.mul(" + oneHot + ", " + Script.literal(1 - epsilon) + "), "
                + Script.literal(epsilon / batch.classes()) + ")");
    }
}
