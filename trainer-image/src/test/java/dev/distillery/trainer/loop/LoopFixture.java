package dev.distillery.trainer.loop;

import dev.distillery.recipe.Dataset;
import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network.Model;
import dev.distillery.trainer.averaging.ExponentialAverage;
import dev.distillery.trainer.checkpoint.CheckpointStore;
import dev.distillery.trainer.checkpoint.TrainingState;
import dev.distillery.trainer.data.LabelledImages;
import dev.distillery.trainer.data.TrainingBatches;
import dev.distillery.trainer.loss.CrossEntropy;
import dev.distillery.trainer.loss.TargetDistribution;
import dev.distillery.trainer.metrics.EpochResult;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.ResidualNetworks;
import dev.distillery.trainer.network.ResidualStyle;
import dev.distillery.trainer.optimizer.DecayRule;
import dev.distillery.trainer.optimizer.Sgd;
import dev.distillery.trainer.parallel.Collective;
import dev.distillery.trainer.parallel.GlobalBatch;
import dev.distillery.trainer.precision.Precision;
import dev.distillery.trainer.schedule.Schedule;
import dev.distillery.trainer.torchscript.LibTorch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** A small training: {@value #EPOCHS} epochs of {@value #BATCHES} batches of noise, in four classes. */
final class LoopFixture {
    static final int EPOCHS = 5;
    static final int BATCHES = 6;
    static final int STEPS = EPOCHS * BATCHES;

    private static final int BATCH = 8;
    private static final int SIZE = 8;
    private static final int CLASSES = 4;
    private static final Network NETWORK = ResidualNetworks.build(
            new Model(ModelFamily.RESNET_CIFAR, 8), ResidualStyle.ORIGINAL, 1, SIZE, SIZE, CLASSES);

    private final Path folder;
    private final TrainingPlan.Restarts restarts;
    private final Schedule schedule;

    LoopFixture(Path folder, TrainingPlan.Restarts restarts, Schedule schedule) {
        this.folder = folder;
        this.restarts = restarts;
        this.schedule = schedule;
    }

    /** Trains in a checkpoint folder of its own name, as a new process would. */
    TrainingLoop loop(LibTorch torch, String name, Precision precision, Hooks hooks) {
        TrainingPlan plan = new TrainingPlan(
                NETWORK,
                new CrossEntropy(TargetDistribution.ONE_HOT),
                new Sgd(0.9, true, 1e-3),
                DecayRule.ALL,
                precision,
                schedule,
                new ExponentialAverage(0.9),
                List.of(2, 4),
                restarts,
                EPOCHS,
                5);
        Dataset.Augmentation augmentation = new Dataset.Augmentation(1, null, true);
        LabelledImages train = images(BATCH * BATCHES + 3, 1);
        TrainingLoop.Inputs inputs = new TrainingLoop.Inputs(
                hooks.collective(),
                new TrainingBatches(
                        train, train.trainingView(augmentation, 7), GlobalBatch.of(BATCH, Collective.LOCAL), 7),
                images(20, 2),
                new Normalization(new float[] {0.5f}, new float[] {0.3f}),
                null);
        CheckpointStore store = new CheckpointStore(folder.resolve(name), "data", 2);
        Checkpointing checkpointing = new Checkpointing(store, hooks.interval(), System::nanoTime, hooks.stop());
        return new TrainingLoop(torch, plan, inputs, checkpointing, hooks.listener());
    }

    /** Where a test takes hold of a training. */
    record Hooks(Duration interval, BooleanSupplier stop, TrainingListener listener, Collective collective) {
        static final Hooks NONE = new Hooks(Duration.ofDays(1), () -> false, new Silent());

        Hooks(Duration interval, BooleanSupplier stop, TrainingListener listener) {
            this(interval, stop, listener, Collective.LOCAL);
        }
    }

    static class Silent implements TrainingListener {
        @Override
        public void started(TrainingState state) {}

        @Override
        public void stepped(int epoch, long step, double loss, int images) {}

        @Override
        public void epochEnded(EpochResult result) {}

        @Override
        public void saved(long step) {}
    }

    private static LabelledImages images(int count, int seed) {
        Random random = new Random(seed);
        byte[] pixels = new byte[count * SIZE * SIZE];
        random.nextBytes(pixels);
        return new LabelledImages(
                SIZE, SIZE, 1, pixels, random.ints(count, 0, CLASSES).toArray());
    }
}
