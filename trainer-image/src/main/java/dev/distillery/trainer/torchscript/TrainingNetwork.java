package dev.distillery.trainer.torchscript;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.distillery.trainer.averaging.ExponentialAverage;
import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.TrainingValues;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.optimizer.DecayRule;
import dev.distillery.trainer.optimizer.ParameterGroups;
import dev.distillery.trainer.optimizer.Sgd;
import dev.distillery.trainer.precision.ComputeType;
import dev.distillery.trainer.precision.LossScale;
import dev.distillery.trainer.precision.Precision;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** A network with its optimizer state, trained in place, one call a step. */
public final class TrainingNetwork implements AutoCloseable {
    private final ComputeType type;
    private final LossScale lossScale;
    private final TorchScriptModule module;
    private final DeviceValues values;
    private final DeviceValues momentum;
    private final ExponentialAverage averaging;
    private final DeviceValues average;
    private final InferenceNetwork training;
    private final InferenceNetwork inference;

    /**
     * How to train.
     *
     * @param averaging null to keep no average
     */
    public record Setup(
            Network network,
            Normalization normalization,
            Loss loss,
            Sgd optimizer,
            DecayRule decayRule,
            Precision precision,
            ExponentialAverage averaging) {}

    /**
     * What a step did.
     *
     * @param loss before the update
     * @param skipped true if a gradient was not finite in a scaled compute type: no weight was changed, but the batch
     *     norms' statistics have seen the batch
     */
    public record Outcome(float loss, boolean skipped) {}

    /** @param start where to go on from */
    public TrainingNetwork(LibTorch torch, Setup setup, TrainingValues start) {
        PtNDManager manager = torch.manager();
        Network network = setup.network();
        ParameterGroups groups = new ParameterGroups(network, setup.decayRule());
        this.type = setup.precision().type();
        this.lossScale = setup.precision().lossScale();
        StepScript script = new StepScript(network, groups);
        List<String> methods =
                new ArrayList<>(List.of(StepScript.layout(), script.step(type, setup.loss(), setup.optimizer())));
        EnumSet.of(ComputeType.FP32, type).forEach(t -> methods.add(script.infer(t)));
        this.averaging = setup.averaging();
        if (averaging != null) {
            methods.add(script.average());
        }
        this.module = TorchScriptModule.compile(manager, methods);
        List<String> statistics = Weights.statisticNames(network);
        this.values = new DeviceValues(
                manager, module, groups, statistics, start.weights().values());
        this.momentum = new DeviceValues(manager, module, groups, List.of(), start.momentum());
        this.average = averaging == null
                ? null
                : new DeviceValues(
                        manager, module, groups, statistics, start.average().values());
        this.training = new InferenceNetwork(network, module, values, manager, setup.normalization());
        this.inference = average == null
                ? training
                : new InferenceNetwork(network, module, average, manager, setup.normalization());
    }

    /**
     * Trains on one batch.
     *
     * @param images direct, {@code (N, H, W, C) uint8}
     * @param labels direct, {@code (N) int64} in native byte order, each 0 to K − 1
     * @param count N
     * @param teacher gives the logits to imitate, on the same images and in the same compute type; null for none
     * @param rate the learning rate of this step
     */
    public Outcome step(ByteBuffer images, ByteBuffer labels, int count, InferenceNetwork teacher, double rate) {
        try (PtNDManager scope = (PtNDManager) values.manager().newSubManager()) {
            PtNDArray pixels = training.pixels(scope, images, count);
            NDArray teacherLogits = teacher == null ? scope.create(new float[0]) : teacher.logits(scope, pixels, type);
            NDList result =
                    run(scope, pixels, scope.create(labels, new Shape(count), DataType.INT64), teacherLogits, rate);
            boolean skipped = result.get(1).getFloat() != 0;
            lossScale.update(!skipped);
            return new Outcome(result.get(0).getFloat(), skipped);
        }
    }

    private NDList run(PtNDManager scope, PtNDArray pixels, NDArray labels, NDArray teacherLogits, double rate) {
        try (IValue x = IValue.from(pixels);
                IValue y = IValue.from((PtNDArray) labels);
                IValue t = IValue.from((PtNDArray) teacherLogits);
                IValue eta = IValue.from(rate);
                IValue scaling = IValue.from(lossScale.value())) {
            return module.call(
                    scope,
                    StepScript.STEP,
                    x,
                    training.scale(),
                    training.shift(),
                    values.decayed(),
                    values.plain(),
                    values.statistics(),
                    y,
                    t,
                    momentum.decayed(),
                    momentum.plain(),
                    eta,
                    scaling);
        }
    }

    /**
     * Moves the average towards the values, where one is kept.
     *
     * @param updates of it, this one included
     */
    public void average(long updates) {
        if (average == null) {
            return;
        }
        try (PtNDManager scope = (PtNDManager) values.manager().newSubManager();
                IValue weight = IValue.from(averaging.newWeight(updates))) {
            module.call(
                    scope,
                    StepScript.AVERAGE,
                    values.decayed(),
                    values.plain(),
                    values.statistics(),
                    average.decayed(),
                    average.plain(),
                    average.statistics(),
                    weight);
        }
    }

    /** @return the network as it would be published now: the average where one is kept, frozen for the time of a call */
    public InferenceNetwork inference() {
        return inference;
    }

    /**
     * @param snapshots taken so far
     * @return a copy of all values as they are now
     */
    public TrainingValues values(List<Weights> snapshots) {
        return new TrainingValues(
                new Weights(values.download()),
                momentum.download(),
                average == null ? null : new Weights(average.download()),
                snapshots);
    }

    /** @return a copy of the weights that {@link #inference} uses */
    public Weights weights() {
        return new Weights((average == null ? values : average).download());
    }

    @Override
    public void close() {
        momentum.close();
        training.close();
        if (average != null) {
            inference.close();
        }
    }
}
