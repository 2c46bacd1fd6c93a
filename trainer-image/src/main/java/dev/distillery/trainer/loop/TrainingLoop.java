package dev.distillery.trainer.loop;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.data.Batch;
import dev.distillery.trainer.data.ImageSet;
import dev.distillery.trainer.data.TrainingBatches;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.torchscript.InferenceNetwork;
import dev.distillery.trainer.torchscript.LibTorch;
import dev.distillery.trainer.torchscript.TrainingNetwork;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Trains one network from its initial weights to its last epoch. */
public final class TrainingLoop {
    private final LibTorch torch;
    private final TrainingPlan plan;
    private final TrainingBatches batches;
    private final ImageSet validation;
    private final Normalization normalization;
    private final TrainingListener listener;

    public TrainingLoop(
            LibTorch torch,
            TrainingPlan plan,
            TrainingBatches batches,
            ImageSet validation,
            Normalization normalization,
            TrainingListener listener) {
        this.torch = torch;
        this.plan = plan;
        this.batches = batches;
        this.validation = validation;
        this.normalization = normalization;
        this.listener = listener;
    }

    /**
     * @param teacher frozen; null without distillation
     * @return the weights after the last epoch
     * @throws TrainerException DIVERGED as soon as a loss is not finite
     */
    public Weights run(InferenceNetwork teacher) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(plan.seed());
        TrainingNetwork.Setup setup = new TrainingNetwork.Setup(
                plan.network(),
                Weights.initial(plan.network(), random),
                normalization,
                plan.loss(),
                plan.optimizer(),
                plan.decayRule(),
                plan.precision());
        try (TrainingNetwork network = new TrainingNetwork(torch, setup)) {
            long step = 0;
            for (int epoch = 1; epoch <= plan.epochs(); epoch++) {
                step = trainEpoch(network, teacher, epoch, step);
            }
            return network.weights();
        }
    }

    private long trainEpoch(TrainingNetwork network, InferenceNetwork teacher, int epoch, long firstStep) {
        // Only steps that were not skipped move the schedule; progress counts all of them.
        long step = firstStep;
        double lossSum = 0;
        double rate = 0;
        try (TrainingBatches.Epoch pass = batches.epoch(epoch - 1, 0)) {
            int done = 0;
            for (Batch batch = pass.next(); batch != null; batch = pass.next()) {
                rate = plan.schedule().rate(step);
                TrainingNetwork.Outcome outcome =
                        network.step(batch.images(), batch.labels(), batch.size(), teacher, rate);
                batch.release();
                done++;
                if (!outcome.skipped()) {
                    requireFinite(outcome.loss(), epoch, step, rate);
                    step++;
                }
                lossSum += outcome.loss();
                listener.stepped(
                        epoch, (long) (epoch - 1) * batches.batchesPerEpoch() + done, outcome.loss(), batch.size());
            }
        }
        float[] logits = Evaluation.logits(torch.manager(), network.inference(), validation);
        double top1 = Evaluation.confusion(logits, validation, plan.network().classes())
                .top1();
        listener.epochEnded(epoch, lossSum / batches.batchesPerEpoch(), top1, rate);
        return step;
    }

    private static void requireFinite(float loss, int epoch, long step, double rate) {
        if (!Float.isFinite(loss)) {
            throw new TrainerException(
                    ExitCode.DIVERGED,
                    "training diverged: the loss is " + loss + " at step " + step + " (epoch " + epoch
                            + ", learning rate " + rate + "), expected a finite number; lower"
                            + " spec.tricks.linearScaling.referenceRate or lengthen spec.tricks.warmup.epochs");
        }
    }
}
