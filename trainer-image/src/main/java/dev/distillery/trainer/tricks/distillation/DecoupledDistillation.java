package dev.distillery.trainer.tricks.distillation;

import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.torchscript.Script;

/**
 * {@code L = α·hard + (1 − α)·T²·(a·TCKD + b·NCKD)}, mean over the batch. TCKD is the divergence of teacher and student on
 * the question "the label's class or not", NCKD that of their softmaxes over the other K − 1 classes, both at temperature T.
 *
 * <p>With {@code u = s_y/T − logsumexp_{j≠y}(s_j/T)} the student's binary probability is σ(u); v and σ(v) are the
 * teacher's; p̂ and q̂ are the softmaxes without the label's class, 0 there. The gradient of {@code T²·(a·TCKD + b·NCKD)} is
 * {@code T·(a·(σ(u) − σ(v))·(onehot − p̂) + b·(p̂ − q̂)) / N}. Logarithms come from the log-odds, never from 1 − p, so a
 * teacher that is all but certain does no harm.
 *
 * @param hard the loss on the true labels
 * @param temperature T &gt; 0
 * @param hardLabelWeight α in 0 to 1
 * @param targetWeight a, the paper's α; at least 0
 * @param nonTargetWeight b, the paper's β; at least 0. With a = 1 and, image by image, b = 1 − σ(v) it is plain distillation
 */
public record DecoupledDistillation(
        Loss hard, double temperature, double hardLabelWeight, double targetWeight, double nonTargetWeight)
        implements Loss {
    /** Far below any logit and well within FP32: exp makes it exactly 0. */
    private static final double MASKED = -1e30;

    /**
     * What is compared of one network.
     *
     * @param label σ of the log-odds of the label's class, {@code (N, 1)}
     * @param rest σ of minus the log-odds
     * @param others softmax over the other classes, {@code (N, K)}, 0 at the label
     */
    private record Parts(SoftTargets label, SoftTargets rest, SoftTargets others) {}

    @Override
    public boolean needsTeacher() {
        return true;
    }

    @Override
    public Gradient append(Script script, Batch batch) {
        Gradient onLabels = hard.append(script, batch);
        String oneHot = script.let("torch.one_hot(" + batch.labels() + ", " + batch.classes() + ")");
        String mask = script.let("torch.to(" + oneHot + ", 11)");
        Parts student = parts(script, batch.logits(), batch.labels(), mask);
        Parts teacher = parts(script, batch.teacherLogits(), batch.labels(), mask);
        String count = script.let("torch.size(" + batch.logits() + ", 0)");
        String binary = script.let("torch.sum(torch.add(" + teacher.label.term(student.label) + ", "
                + teacher.rest.term(student.rest) + "))");
        String value = weigh(script, binary, teacher.others.divergence(script, student.others));
        String gradient = weigh(
                script, binaryGradient(script, student, teacher, mask), difference(student.others, teacher.others));
        Gradient soft = new Gradient(
                script.let("torch.div(" + value + ", " + count + ")"),
                script.let("torch.div(" + gradient + ", " + count + ")"));
        return new Mixture(hardLabelWeight).append(script, onLabels, soft, temperature * temperature, temperature);
    }

    private Parts parts(Script script, String logits, String labels, String mask) {
        String softened = script.let("torch.div(" + logits + ", " + Script.literal(temperature) + ")");
        String ofLabel = script.let("torch.gather(" + softened + ", 1, torch.unsqueeze(" + labels + ", 1))");
        String masked = script.let("torch.masked_fill(" + softened + ", " + mask + ", " + Script.literal(MASKED) + ")");
        String logOdds = script.let("torch.sub(" + ofLabel + ", torch.logsumexp(" + masked + ", [1], True))");
        // At the label both networks' logarithms are about MASKED; the probability 0 leaves nothing of them.
        String logOthers = script.let("torch._log_softmax(" + masked + ", 1, False)");
        return new Parts(
                sigmoid(script, logOdds),
                sigmoid(script, script.let("torch.neg(" + logOdds + ")")),
                new SoftTargets(script.let("torch.exp(" + logOthers + ")"), logOthers));
    }

    private static SoftTargets sigmoid(Script script, String logOdds) {
        return new SoftTargets(
                script.let("torch.sigmoid(" + logOdds + ")"), script.let("torch.log_sigmoid(" + logOdds + ")"));
    }

    private static String binaryGradient(Script script, Parts student, Parts teacher, String mask) {
        return script.let("torch.mul(" + difference(student.label, teacher.label) + ", torch.sub(torch.to(" + mask
                + ", 6), " + student.others.probabilities() + "))");
    }

    private static String difference(SoftTargets student, SoftTargets teacher) {
        return "torch.sub(" + student.probabilities() + ", " + teacher.probabilities() + ")";
    }

    private String weigh(Script script, String ofLabel, String ofOthers) {
        return script.let("torch.add(torch.mul(" + ofLabel + ", " + Script.literal(targetWeight) + "), torch.mul("
                + ofOthers + ", " + Script.literal(nonTargetWeight) + "))");
    }
}
