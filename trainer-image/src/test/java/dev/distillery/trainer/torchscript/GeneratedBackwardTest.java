package dev.distillery.trainer.torchscript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.training.GradientCollector;
import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network.Model;
import dev.distillery.recipe.Tricks;
import dev.distillery.trainer.loss.CrossEntropy;
import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.loss.TargetDistribution;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.ParameterSpec;
import dev.distillery.trainer.network.ResidualNetworks;
import dev.distillery.trainer.network.ResidualStyle;
import dev.distillery.trainer.network.TrainingValues;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.optimizer.DecayRule;
import dev.distillery.trainer.optimizer.ParameterGroups;
import dev.distillery.trainer.optimizer.Sgd;
import dev.distillery.trainer.precision.ComputeType;
import dev.distillery.trainer.precision.Precision;
import dev.distillery.trainer.tricks.modeltweaks.ModelTweaks;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Several steps of the written backward pass and fused update against libtorch's automatic differentiation. */
class GeneratedBackwardTest {
    private static final int BATCH = 8;
    private static final int CLASSES = 5;
    private static final int STEPS = 3;
    private static final double RATE = 2e-3;
    private static final Sgd OPTIMIZER = new Sgd(0.9, true, 1e-3);
    /** FP32 sums in another order; relative to the largest value of the parameter. */
    private static final double TOLERANCE = 1e-3;

    static Stream<Arguments> networks() {
        Model small = new Model(ModelFamily.RESNET_CIFAR, 8);
        ResidualStyle tweaked = new ModelTweaks(Tricks.ModelTweaks.Variant.D, true);
        return Stream.of(
                Arguments.of(ResidualNetworks.build(small, ResidualStyle.ORIGINAL, 1, 14, 14, CLASSES)),
                Arguments.of(ResidualNetworks.build(small, tweaked, 3, 14, 14, CLASSES)),
                Arguments.of(ResidualNetworks.build(new Model(ModelFamily.RESNET, 18), tweaked, 3, 40, 40, CLASSES)),
                // Without zero-γ a bottleneck this deep amplifies rounding beyond any useful tolerance.
                Arguments.of(ResidualNetworks.build(new Model(ModelFamily.RESNET, 50), tweaked, 3, 64, 64, CLASSES)));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void stepsEqualAutomaticDifferentiation(Network network) {
        Loss loss = new CrossEntropy(TargetDistribution.ONE_HOT);
        Weights start = Weights.initial(network, new SplittableRandom(3));
        Normalization normalization = new Normalization(fill(network, 0.4f), fill(network, 0.3f));
        try (LibTorch torch = LibTorch.start(2, false);
                TrainingNetwork trained = new TrainingNetwork(
                        torch,
                        new TrainingNetwork.Setup(
                                network, normalization, loss, OPTIMIZER, DecayRule.ALL, Precision.full(), null),
                        TrainingValues.initial(network, start, false))) {
            Reference reference = new Reference(torch.manager(), network, start, normalization, loss);
            for (int step = 0; step < STEPS; step++) {
                ByteBuffer images = images(network, step);
                long[] labels =
                        new SplittableRandom(step).longs(BATCH, 0, CLASSES).toArray();
                float got =
                        trained.step(images, direct(labels), BATCH, null, RATE).loss();
                assertThat((double) got).isCloseTo(reference.step(images, labels), within(1e-3));
            }
            Map<String, float[]> expected = reference.values();
            trained.weights().values().forEach((name, value) -> assertThat(relativeError(value, expected.get(name)))
                    .as(name)
                    .isLessThan(TOLERANCE));
        }
    }

    private static float[] fill(Network network, float value) {
        float[] filled = new float[network.channels()];
        Arrays.fill(filled, value);
        return filled;
    }

    private static ByteBuffer images(Network network, int seed) {
        byte[] pixels = new byte[BATCH * network.height() * network.width() * network.channels()];
        new Random(seed).nextBytes(pixels);
        return ByteBuffer.allocateDirect(pixels.length).put(pixels).flip();
    }

    private static ByteBuffer direct(long[] labels) {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(labels.length * Long.BYTES).order(ByteOrder.nativeOrder());
        buffer.asLongBuffer().put(labels);
        return buffer;
    }

    private static double relativeError(float[] got, float[] expected) {
        double largest = 1e-2;
        double worst = 0;
        for (int i = 0; i < got.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            worst = Math.max(worst, Math.abs(got[i] - expected[i]));
        }
        return worst / largest;
    }

    /** The same loss differentiated by libtorch, and the optimizer's formula in plain array operations. */
    private static final class Reference {
        private final PtNDManager manager;
        private final Network network;
        private final TorchScriptModule module;
        private final Map<String, NDArray> values = new HashMap<>();
        private final Map<String, NDArray> momentum = new HashMap<>();
        private final Normalization normalization;

        Reference(PtNDManager parent, Network network, Weights start, Normalization normalization, Loss loss) {
            this.manager = (PtNDManager) parent.newSubManager();
            this.network = network;
            this.normalization = normalization;
            ParameterGroups groups = new ParameterGroups(network, DecayRule.ALL);
            module = TorchScriptModule.compile(
                    manager, List.of(new StepScript(network, groups).loss(ComputeType.FP32, loss)));
            for (ParameterSpec spec : network.parameters()) {
                NDArray value = manager.create(start.get(spec.name()), new Shape(spec.shape()));
                value.setRequiresGradient(true);
                values.put(spec.name(), value);
                momentum.put(spec.name(), manager.zeros(new Shape(spec.shape())));
            }
            for (String name : Weights.statisticNames(network)) {
                values.put(name, manager.create(start.get(name)));
            }
        }

        double step(ByteBuffer images, long[] labels) {
            Shape channelwise = new Shape(1, network.channels(), 1, 1);
            try (NDManager scope = manager.newSubManager();
                    GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                NDArray pixels = scope.create(
                        images.duplicate(),
                        new Shape(BATCH, network.height(), network.width(), network.channels()),
                        DataType.UINT8);
                NDList arguments = new NDList(
                        pixels,
                        scope.create(normalization.scale(), channelwise),
                        scope.create(normalization.shift(), channelwise));
                network.parameters().forEach(p -> arguments.add(named("pd[]", values.get(p.name()))));
                // The second list must exist; its entry is read by nobody.
                arguments.add(named("pn[]", scope.create(0f)));
                Weights.statisticNames(network).forEach(n -> arguments.add(named("st[]", values.get(n))));
                arguments.add(scope.create(labels));
                arguments.add(scope.create(new float[0]));
                NDArray loss = module.record("loss", arguments);
                collector.backward(loss);
                double value = loss.getFloat();
                for (ParameterSpec spec : network.parameters()) {
                    update(values.get(spec.name()), momentum.get(spec.name()));
                }
                return value;
            }
        }

        private static void update(NDArray value, NDArray buffer) {
            NDArray gradient = value.getGradient();
            NDArray decayed = gradient.add(value.stopGradient().mul(OPTIMIZER.weightDecay()));
            buffer.muli(OPTIMIZER.momentum()).addi(decayed);
            NDArray direction = decayed.add(buffer.mul(OPTIMIZER.momentum()));
            value.stopGradient().subi(direction.mul(RATE));
            gradient.subi(gradient.duplicate());
        }

        Map<String, float[]> values() {
            Map<String, float[]> copies = new HashMap<>();
            values.forEach((name, value) -> copies.put(name, value.toFloatArray()));
            return copies;
        }

        private static NDArray named(String name, NDArray array) {
            array.setName(name);
            return array;
        }
    }
}
