package dev.distillery.trainer.loop;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.checkpoint.Checkpoint;
import dev.distillery.trainer.checkpoint.TrainingState;
import dev.distillery.trainer.data.Batch;
import dev.distillery.trainer.data.TrainingBatches;
import dev.distillery.trainer.metrics.EpochResult;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.precision.LossScale;
import dev.distillery.trainer.torchscript.LibTorch;
import dev.distillery.trainer.torchscript.TrainingNetwork;
import java.util.ArrayList;
import java.util.List;

/** One way from the initial weights, or from a checkpoint, to the last epoch. */
final class TrainingRun implements AutoCloseable {
    private final LibTorch torch;
    private final TrainingPlan plan;
    private final TrainingLoop.Inputs inputs;
    private final Checkpointing checkpointing;
    private final TrainingListener listener;
    private final LossScale lossScale;
    private final TrainingNetwork network;
    private final TrainingState start;
    private final long startedAt = System.nanoTime();
    private final List<EpochResult> results;
    private final List<Weights> snapshots;
    private int batches;
    private long steps;
    private double lossSum;
    private int losses;

    TrainingRun(
            LibTorch torch,
            TrainingPlan plan,
            TrainingLoop.Inputs inputs,
            Checkpointing checkpointing,
            TrainingListener listener,
            Checkpoint checkpoint) {
        this.torch = torch;
        this.plan = plan;
        this.inputs = inputs;
        this.checkpointing = checkpointing;
        this.listener = listener;
        this.start = checkpoint.state();
        this.batches = start.batches();
        this.steps = start.steps();
        this.lossSum = start.lossSum();
        this.losses = start.losses();
        this.results = new ArrayList<>(start.results());
        this.snapshots = new ArrayList<>(checkpoint.values().snapshots());
        this.lossScale = plan.precision().lossScale();
        lossScale.restore(start.lossScale());
        TrainingNetwork.Setup setup = new TrainingNetwork.Setup(
                plan.network(),
                inputs.normalization(),
                plan.loss(),
                plan.optimizer(),
                plan.decayRule(),
                plan.precision(),
                plan.averaging());
        this.network = new TrainingNetwork(torch, setup, checkpoint.values());
        listener.started(start);
    }

    TrainingLoop.Trained toTheEnd() {
        while (results.size() < plan.epochs()) {
            trainEpoch();
            validate();
            Divergence.check(results, plan.network().classes());
            if (plan.snapshotEpochs().contains(results.size())) {
                snapshots.add(network.weights());
            }
            save();
        }
        return new TrainingLoop.Trained(snapshots.isEmpty() ? List.of(network.weights()) : snapshots, seconds());
    }

    private void trainEpoch() {
        int epoch = results.size();
        try (TrainingBatches.Epoch pass = inputs.batches().epoch(epoch, batches)) {
            for (Batch batch = pass.next(); batch != null; batch = pass.next()) {
                step(batch, epoch);
                batch.release();
                endIfRequested();
                if (checkpointing.due()) {
                    save();
                }
            }
        }
    }

    private void endIfRequested() {
        if (inputs.collective().any(checkpointing.stopRequested())) {
            save();
            throw new TrainerException(
                    ExitCode.INTERRUPTED,
                    "stopped by a signal at step " + stepsDone() + "; a checkpoint is written, the next run continues"
                            + " there");
        }
    }

    private void step(Batch batch, int epoch) {
        // Only steps that were not skipped move the schedule; progress counts all of them.
        double rate = rate(steps);
        TrainingNetwork.Outcome outcome =
                network.step(batch.images(), batch.labels(), batch.size(), inputs.teacher(), rate);
        batches++;
        if (!outcome.skipped()) {
            Divergence.check(outcome.loss(), epoch + 1, batches, rate);
            steps++;
            network.average(steps);
        }
        if (Float.isFinite(outcome.loss())) {
            lossSum += outcome.loss();
            losses++;
        }
        listener.stepped(epoch + 1, stepsDone(), outcome.loss(), batch.size());
    }

    private void validate() {
        float[] logits =
                Evaluation.logits(torch.manager(), network.inference(), inputs.validation(), this::endIfRequested);
        Divergence.check(logits, results.size() + 1, rate(Math.max(0, steps - 1)));
        double top1 = Evaluation.confusion(
                        logits, inputs.validation(), plan.network().classes())
                .top1();
        double loss = inputs.collective().sum(lossSum) / inputs.collective().sum(losses);
        EpochResult result = new EpochResult(results.size() + 1, loss, top1, rate(Math.max(0, steps - 1)));
        results.add(result);
        batches = 0;
        lossSum = 0;
        losses = 0;
        listener.epochEnded(result);
    }

    private void save() {
        if (inputs.collective().rank() > 0) {
            return;
        }
        TrainingState state = new TrainingState(
                start.restarts(),
                results.size(),
                batches,
                steps,
                lossSum,
                losses,
                lossScale.state(),
                results,
                seconds());
        checkpointing.save(new Checkpoint(state, network.values(snapshots)));
        listener.saved(stepsDone());
    }

    private double rate(long step) {
        return plan.schedule().rate(step) * plan.restarts().rateFactor(start.restarts());
    }

    private long stepsDone() {
        return (long) results.size() * inputs.batches().batchesPerEpoch() + batches;
    }

    private double seconds() {
        return start.seconds() + (System.nanoTime() - startedAt) / 1e9;
    }

    @Override
    public void close() {
        network.close();
    }
}
