package dev.distillery.trainer.torchscript;

import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network.Model;
import dev.distillery.trainer.averaging.ExponentialAverage;
import dev.distillery.trainer.loss.CrossEntropy;
import dev.distillery.trainer.loss.TargetDistribution;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.ResidualNetworks;
import dev.distillery.trainer.network.ResidualStyle;
import dev.distillery.trainer.network.TrainingValues;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.optimizer.DecayRule;
import dev.distillery.trainer.optimizer.Sgd;
import dev.distillery.trainer.precision.Precision;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/** A few real training steps of a small network on fixed random images. */
public final class StepProbe {
    public static final Network NETWORK =
            ResidualNetworks.build(new Model(ModelFamily.RESNET_CIFAR, 8), ResidualStyle.ORIGINAL, 1, 12, 12, 4);
    public static final Weights START = Weights.initial(NETWORK, new SplittableRandom(11));

    private static final int BATCH = 16;
    private static final Normalization NORMALIZATION = new Normalization(new float[] {0.5f}, new float[] {0.25f});

    private StepProbe() {}

    /** What came out: the weights after the steps, and what each step said. */
    public record Run(Weights weights, List<TrainingNetwork.Outcome> outcomes) {}

    public static Run run(int steps, Sgd optimizer, DecayRule rule, Precision precision, double rate) {
        TrainingNetwork.Setup setup = new TrainingNetwork.Setup(
                NETWORK, NORMALIZATION, new CrossEntropy(TargetDistribution.ONE_HOT), optimizer, rule, precision, null);
        List<TrainingNetwork.Outcome> outcomes = new ArrayList<>();
        try (LibTorch torch = LibTorch.start(2, false);
                TrainingNetwork network =
                        new TrainingNetwork(torch, setup, TrainingValues.initial(NETWORK, START, false))) {
            for (int step = 0; step < steps; step++) {
                outcomes.add(network.step(images(step), labels(step), BATCH, null, rate));
            }
            return new Run(network.weights(), outcomes);
        }
    }

    /** @return the values after each step, with an average kept */
    static List<TrainingValues> values(int steps, ExponentialAverage averaging) {
        TrainingNetwork.Setup setup = new TrainingNetwork.Setup(
                NETWORK,
                NORMALIZATION,
                new CrossEntropy(TargetDistribution.ONE_HOT),
                new Sgd(0.9, true, 1e-3),
                parameter -> parameter.shape().length > 1,
                Precision.full(),
                averaging);
        List<TrainingValues> values = new ArrayList<>();
        try (LibTorch torch = LibTorch.start(2, false);
                TrainingNetwork network =
                        new TrainingNetwork(torch, setup, TrainingValues.initial(NETWORK, START, true))) {
            for (int step = 0; step < steps; step++) {
                network.step(images(step), labels(step), BATCH, null, 0.1);
                network.average(step + 1);
                values.add(network.values(List.of()));
            }
        }
        return values;
    }

    private static ByteBuffer images(int seed) {
        byte[] pixels = new byte[BATCH * 12 * 12];
        new Random(seed).nextBytes(pixels);
        return ByteBuffer.allocateDirect(pixels.length).put(pixels).flip();
    }

    private static ByteBuffer labels(int seed) {
        ByteBuffer labels = ByteBuffer.allocateDirect(BATCH * Long.BYTES).order(ByteOrder.nativeOrder());
        labels.asLongBuffer().put(new SplittableRandom(seed).longs(BATCH, 0, 4).toArray());
        return labels;
    }
}
