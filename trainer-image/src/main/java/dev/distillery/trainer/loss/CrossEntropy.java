package dev.distillery.trainer.loss;

import dev.distillery.trainer.torchscript.Script;

/**
 * {@code −1/N · Σ q·log softmax(z)}; gradient {@code (softmax(z) − q) / N}.
 *
 * @param target q
 */
public record CrossEntropy(TargetDistribution target) implements Loss {
    @Override
    public Gradient append(Script script, Batch batch) {
        String logProbabilities = script.let("torch._log_softmax(" + batch.logits() + ", 1, False)");
        String q = target.append(script, batch);
        String count = script.let("torch.size(" + batch.logits() + ", 0)");
        String loss = script.let(
                "torch.neg(torch.div(torch.sum(torch.mul(" + q + ", " + logProbabilities + ")), " + count + "))");
        String gradient =
                script.let("torch.div(torch.sub(torch.exp(" + logProbabilities + "), " + q + "), " + count + ")");
        return new Gradient(loss, gradient);
    }
}
