package dev.distillery.trainer.loop;

import static java.util.stream.Collectors.toMap;

import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.checkpoint.Checkpoint;
import dev.distillery.trainer.checkpoint.TrainingState;
import dev.distillery.trainer.data.ImageSet;
import dev.distillery.trainer.data.TrainingBatches;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.TrainingValues;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.parallel.Collective;
import dev.distillery.trainer.precision.LossScale;
import dev.distillery.trainer.torchscript.InferenceNetwork;
import dev.distillery.trainer.torchscript.LibTorch;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGeneratorFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains one network to its last epoch, from its initial weights or from the newest checkpoint. Where it goes on makes no
 * difference to the result, to the bit.
 */
public final class TrainingLoop {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingLoop.class);

    private final LibTorch torch;
    private final TrainingPlan plan;
    private final Inputs inputs;
    private final Checkpointing checkpointing;
    private final TrainingListener listener;
    private final LossScale.State initialScale;

    /**
     * What is trained and validated on.
     *
     * @param batches this process's
     * @param normalization of both
     * @param teacher frozen; null without distillation
     */
    public record Inputs(
            Collective collective,
            TrainingBatches batches,
            ImageSet validation,
            Normalization normalization,
            InferenceNetwork teacher) {}

    /**
     * What came of it.
     *
     * @param members the last weights; or the snapshots, to be used together
     * @param seconds of wall time, in all processes
     */
    public record Trained(List<Weights> members, double seconds) {}

    public TrainingLoop(
            LibTorch torch, TrainingPlan plan, Inputs inputs, Checkpointing checkpointing, TrainingListener listener) {
        this.torch = torch;
        this.plan = plan;
        this.inputs = inputs;
        this.checkpointing = checkpointing;
        this.listener = listener;
        this.initialScale = plan.precision().lossScale().state();
    }

    /**
     * @throws TrainerException DIVERGED when the loss is not finite or grows without bound, and the recipe allows no further
     *     restart; INTERRUPTED when the process is asked to stop, after a checkpoint; WORKSPACE_FAILED if a checkpoint
     *     cannot be written or read
     */
    public Trained run() {
        Checkpoint start = checkpointing.newest(this::fits).orElseGet(() -> initial(0, 0));
        while (true) {
            long begun = System.nanoTime();
            try (TrainingRun run = new TrainingRun(torch, plan, inputs, checkpointing, listener, start)) {
                return run.toTheEnd();
            } catch (Divergence e) {
                int restart = start.state().restarts() + 1;
                if (restart > plan.restarts().limit()) {
                    throw e;
                }
                LOG.warn(
                        "{}; restart {} of {}, at {} of the learning rate",
                        e.getMessage(),
                        restart,
                        plan.restarts().limit(),
                        plan.restarts().rateFactor(restart));
                start = initial(restart, secondsSince(begun) + start.state().seconds());
            }
        }
    }

    /** An earlier version of the trainer may have named or shaped the values differently. */
    private boolean fits(Checkpoint checkpoint) {
        return shapes(checkpoint.values().weights())
                .equals(shapes(initial(0, 0).values().weights()));
    }

    private static Map<String, Integer> shapes(Weights weights) {
        return weights.values().entrySet().stream().collect(toMap(Map.Entry::getKey, e -> e.getValue().length));
    }

    /** @param seconds spent before */
    private Checkpoint initial(int restarts, double seconds) {
        Weights weights = Weights.initial(
                plan.network(), RandomGeneratorFactory.of("L64X128MixRandom").create(plan.seed()));
        return new Checkpoint(
                new TrainingState(restarts, 0, 0, 0, 0, 0, initialScale, List.of(), seconds),
                TrainingValues.initial(plan.network(), weights, plan.averaging() != null));
    }

    private static double secondsSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1e9;
    }
}
