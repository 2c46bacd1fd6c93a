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
import dev.distillery.trainer.loss.CrossEntropy;
import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.loss.TargetDistribution;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.ParameterSpec;
import dev.distillery.trainer.network.SampleNetworks;
import dev.distillery.trainer.network.TrainingValues;
import dev.distillery.trainer.network.WeightChange;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.optimizer.DecayRule;
import dev.distillery.trainer.optimizer.ParameterGroups;
import dev.distillery.trainer.optimizer.ReferenceSgd;
import dev.distillery.trainer.optimizer.Sgd;
import dev.distillery.trainer.precision.ComputeType;
import dev.distillery.trainer.precision.LossScale;
import dev.distillery.trainer.precision.Precision;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Several steps of the written backward pass and fused update against libtorch's automatic differentiation. Each step
 * starts from the same values on both sides, so that rounding cannot grow from step to step.
 */
class GeneratedBackwardTest {
    private static final int BATCH = 8;
    private static final int STEPS = 3;
    private static final double RATE = 1e-2;
    private static final Sgd OPTIMIZER = new Sgd(0.9, true, 1e-3);
    /** Gradients below this are compared absolutely: those that cancel to nothing are rounding alone. */
    private static final Map<ComputeType, Double> LEAST_GRADIENT =
            Map.of(ComputeType.FP32, 0.01, ComputeType.BF16, 0.3);
    /** Sums in another order; the rounding of BF16 grows from the logits to the stem, through fifty layers and more. */
    private static final Map<ComputeType, Double> TOLERANCE = Map.of(ComputeType.FP32, 3e-3, ComputeType.BF16, 0.1);

    static Stream<Arguments> networks() {
        return SampleNetworks.all().flatMap(network -> Stream.of(ComputeType.FP32, ComputeType.BF16)
                .map(t -> Arguments.of(network, t)));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void stepsEqualAutomaticDifferentiation(Network network, ComputeType type) {
        double leastChange = LEAST_GRADIENT.get(type) * RATE;
        Loss loss = new CrossEntropy(TargetDistribution.ONE_HOT);
        Weights start = SampleNetworks.start(network, 3, 0.2);
        Normalization normalization = new Normalization(fill(network, 0.4f), fill(network, 0.3f));
        try (LibTorch torch = LibTorch.start(1, false);
                TrainingNetwork trained = new TrainingNetwork(
                        torch,
                        new TrainingNetwork.Setup(
                                network,
                                normalization,
                                loss,
                                OPTIMIZER,
                                DecayRule.ALL,
                                new Precision(type, LossScale.NONE),
                                null),
                        TrainingValues.initial(network, start, false))) {
            Reference reference = new Reference(torch.manager(), network, start, normalization, loss, type);
            for (int step = 0; step < STEPS; step++) {
                Weights before = trained.weights();
                reference.set(before);
                ByteBuffer images = SampleNetworks.images(network, BATCH, step);
                long[] labels = new SplittableRandom(step)
                        .longs(BATCH, 0, SampleNetworks.CLASSES)
                        .toArray();
                double got =
                        trained.step(images, direct(labels), BATCH, null, RATE).loss();
                assertThat(got).isCloseTo(reference.step(images, labels), within(1e-5));
                WeightChange.assertSame(
                        before, trained.weights(), reference.values(), leastChange, TOLERANCE.get(type));
            }
        }
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

    /** The same loss differentiated by libtorch, and the optimizer's formula. */
    private static final class Reference {
        private final PtNDManager manager;
        private final Network network;
        private final TorchScriptModule module;
        private final Map<String, NDArray> values = new HashMap<>();
        private final ReferenceSgd optimizer = new ReferenceSgd(OPTIMIZER);
        private final Normalization normalization;

        Reference(
                PtNDManager parent,
                Network network,
                Weights start,
                Normalization normalization,
                Loss loss,
                ComputeType type) {
            this.manager = (PtNDManager) parent.newSubManager();
            this.network = network;
            this.normalization = normalization;
            ParameterGroups groups = new ParameterGroups(network, DecayRule.ALL);
            module = TorchScriptModule.compile(manager, List.of(script(network, groups, type, loss)));
            for (ParameterSpec spec : network.parameters()) {
                NDArray value = manager.create(start.get(spec.name()), new Shape(spec.shape()));
                value.setRequiresGradient(true);
                values.put(spec.name(), value);
            }
            for (String name : Weights.statisticNames(network)) {
                values.put(name, manager.create(start.get(name)));
            }
        }

        /** The loss in training mode, without the backward pass. */
        private static String script(Network network, ParameterGroups groups, ComputeType type, Loss loss) {
            List<String> arguments = new ArrayList<>(ForwardScript.ARGUMENTS);
            arguments.addAll(ParameterGroups.ARGUMENTS);
            arguments.addAll(List.of(ForwardScript.STATISTICS, "y: Tensor", "t: Tensor"));
            Script script = new Script("loss", arguments, "Tensor");
            String logits = new ForwardScript(network, groups, type, script).append(true);
            return script.returning(loss.append(script, new Loss.Batch(logits, "y", "t", network.classes()))
                    .loss());
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
                    optimizer.update(spec.name(), values.get(spec.name()), RATE);
                }
                return value;
            }
        }

        /** Sets the values; the momentum stays. */
        void set(Weights weights) {
            values.forEach((name, value) -> value.set(weights.get(name)));
        }

        Weights values() {
            Map<String, float[]> copies = new HashMap<>();
            values.forEach((name, value) -> copies.put(name, value.toFloatArray()));
            return new Weights(copies);
        }

        private static NDArray named(String name, NDArray array) {
            array.setName(name);
            return array;
        }
    }
}
