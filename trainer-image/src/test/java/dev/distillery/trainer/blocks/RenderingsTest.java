package dev.distillery.trainer.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.engine.PtNDManager;
import ai.onnxruntime.OrtException;
import dev.distillery.trainer.loss.CrossEntropy;
import dev.distillery.trainer.loss.TargetDistribution;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.SampleNetworks;
import dev.distillery.trainer.network.TrainingValues;
import dev.distillery.trainer.network.WeightChange;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.optimizer.DecayRule;
import dev.distillery.trainer.optimizer.Sgd;
import dev.distillery.trainer.precision.ComputeType;
import dev.distillery.trainer.precision.LossScale;
import dev.distillery.trainer.precision.Precision;
import dev.distillery.trainer.torchscript.InferenceNetwork;
import dev.distillery.trainer.torchscript.LibTorch;
import dev.distillery.trainer.torchscript.TrainingNetwork;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One network, three renderings: TorchScript, ONNX and DJL blocks. In training mode TorchScript is held against the blocks;
 * each step starts from the same values on both sides, so that rounding cannot grow from step to step.
 */
class RenderingsTest {
    private static final int BATCH = 8;
    private static final int STEPS = 3;
    private static final double RATE = 1e-2;
    private static final Sgd OPTIMIZER = new Sgd(0.9, true, 1e-3);
    /** A gradient of 0.01: what lies below is compared absolutely. */
    private static final double LEAST_CHANGE = 1e-2 * RATE;
    /** FP32 sums in another order; most of it is the rounding of a weight near 1 that changes by 1e-4. */
    private static final double FP32_TOLERANCE = 3e-3;
    /** Relative to the largest logit; ONNX Runtime has the batch norms folded. */
    private static final double LOGITS_TOLERANCE = 2e-5;
    /** Eight bits of mantissa through up to a hundred layers: a wrong operation is off by far more than this. */
    private static final double BF16_TOLERANCE = 0.1;

    static Stream<Network> networks() {
        return SampleNetworks.all();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void agreeInFp32(Network network) throws OrtException {
        Weights start = SampleNetworks.start(network, 3, 0.2);
        try (Pair pair = new Pair(network, start, ComputeType.FP32)) {
            pair.assertSameLogits(pair.trained.weights());
            for (int step = 0; step < STEPS; step++) {
                Weights before = pair.trained.weights();
                pair.step(step, 1e-5);
                WeightChange.assertSame(
                        before, pair.trained.weights(), pair.blocks.weights(), LEAST_CHANGE, FP32_TOLERANCE);
            }
            pair.assertSameLogits(pair.trained.weights());
        }
    }

    /** Statistics and logits; that BF16 gradients are right is for {@code GeneratedBackwardTest}. */
    @ParameterizedTest
    @MethodSource("networks")
    void agreeInBf16(Network network) {
        Weights start = SampleNetworks.start(network, 3, 0);
        try (Pair pair = new Pair(network, start, ComputeType.BF16)) {
            for (int step = 0; step < STEPS; step++) {
                pair.step(step, 0.02);
                Weights got = pair.trained.weights();
                for (String name : Weights.statisticNames(network)) {
                    assertThat(relativeError(
                                    got.get(name), pair.blocks.weights().get(name)))
                            .as(name)
                            .isLessThan(BF16_TOLERANCE);
                }
            }
            pair.blocks.set(pair.trained.weights());
            ByteBuffer images = SampleNetworks.images(network, BATCH, 77);
            assertThat(relativeError(pair.torchLogits(images), pair.blocks.logits(images, BATCH)))
                    .isLessThan(BF16_TOLERANCE);
        }
    }

    /** Error relative to the largest of the expected values. */
    private static double relativeError(float[] got, float[] expected) {
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < got.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            double error = Math.abs(got[i] - expected[i]);
            worst = error <= worst ? worst : error;
        }
        return worst / largest;
    }

    /** TorchScript and DJL blocks side by side. */
    private static final class Pair implements AutoCloseable {
        private final Network network;
        private final ComputeType type;
        private final Normalization normalization;
        /** One thread: the networks are small, and threads that wait for each other are slow where CPUs are shared. */
        private final LibTorch torch = LibTorch.start(1, false);

        private final TrainingNetwork trained;
        private final BlockTrainer blocks;

        Pair(Network network, Weights start, ComputeType type) {
            this.network = network;
            this.type = type;
            normalization = new Normalization(fill(network, 0.4f), fill(network, 0.3f));
            blocks = new BlockTrainer(torch.manager(), network, normalization, OPTIMIZER);
            blocks.set(start);
            blocks.calibrate(SampleNetworks.images(network, BATCH, 5), BATCH);
            trained = new TrainingNetwork(
                    torch,
                    new TrainingNetwork.Setup(
                            network,
                            normalization,
                            new CrossEntropy(TargetDistribution.ONE_HOT),
                            OPTIMIZER,
                            DecayRule.ALL,
                            new Precision(type, LossScale.NONE),
                            null),
                    TrainingValues.initial(network, blocks.weights(), false));
        }

        void step(int seed, double lossTolerance) {
            blocks.set(trained.weights());
            ByteBuffer images = SampleNetworks.images(network, BATCH, seed);
            long[] labels = new SplittableRandom(seed)
                    .longs(BATCH, 0, SampleNetworks.CLASSES)
                    .toArray();
            double loss =
                    trained.step(images, direct(labels), BATCH, null, RATE).loss();
            assertThat(loss).isCloseTo(blocks.step(images, labels, RATE), within(lossTolerance));
        }

        void assertSameLogits(Weights weights) throws OrtException {
            blocks.set(weights);
            ByteBuffer images = SampleNetworks.images(network, BATCH, 77);
            float[] expected = blocks.logits(images, BATCH);
            assertThat(relativeError(torchLogits(images), expected)).isLessThan(LOGITS_TOLERANCE);
            float[] onnx = OnnxRendering.logits(network, weights, normalization, images, BATCH);
            assertThat(relativeError(onnx, expected)).isLessThan(LOGITS_TOLERANCE);
        }

        float[] torchLogits(ByteBuffer images) {
            try (PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
                InferenceNetwork inference = trained.inference();
                return inference.logits(scope, images, BATCH, type).toFloatArray();
            }
        }

        @Override
        public void close() {
            trained.close();
            torch.close();
        }

        private static float[] fill(Network network, float value) {
            float[] filled = new float[network.channels()];
            Arrays.fill(filled, value);
            return filled;
        }

        private static ByteBuffer direct(long[] labels) {
            ByteBuffer buffer =
                    ByteBuffer.allocateDirect(labels.length * Long.BYTES).order(ByteOrder.nativeOrder());
            buffer.asLongBuffer().put(labels);
            return buffer;
        }
    }
}
