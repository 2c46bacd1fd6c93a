package dev.distillery.trainer.torchscript;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.ParameterSpec;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A network with its optimizer state, trained in place, one call a step. */
public final class TrainingNetwork implements AutoCloseable {
    private final ComputeType type;
    private final LossScale lossScale;
    private final TorchScriptModule module;
    private final DeviceValues values;
    private final DeviceValues momentum;
    private final InferenceNetwork inference;

    /**
     * How to train.
     *
     * @param weights where to start from
     */
    public record Setup(
            Network network,
            Weights weights,
            Normalization normalization,
            Loss loss,
            Sgd optimizer,
            DecayRule decayRule,
            Precision precision) {}

    /**
     * What a step did.
     *
     * @param loss before the update
     * @param skipped true if a gradient was not finite in a scaled compute type, and nothing was changed
     */
    public record Outcome(float loss, boolean skipped) {}

    public TrainingNetwork(LibTorch torch, Setup setup) {
        PtNDManager manager = torch.manager();
        Network network = setup.network();
        ParameterGroups groups = new ParameterGroups(network, setup.decayRule());
        this.type = setup.precision().type();
        this.lossScale = setup.precision().lossScale();
        StepScript script = new StepScript(network, groups);
        List<String> methods =
                new ArrayList<>(List.of(StepScript.layout(), script.step(type, setup.loss(), setup.optimizer())));
        EnumSet.of(ComputeType.FP32, type).forEach(t -> methods.add(script.infer(t)));
        this.module = TorchScriptModule.compile(manager, methods);
        this.values = new DeviceValues(manager, module, network, groups, setup.weights());
        this.momentum = new DeviceValues(manager, module, network, groups, zeros(network));
        this.inference = new InferenceNetwork(network, module, values, manager, setup.normalization());
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
            PtNDArray pixels = inference.pixels(scope, images, count);
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
                    inference.scale(),
                    inference.shift(),
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

    /** @return the same values, frozen for the time of the call */
    public InferenceNetwork inference() {
        return inference;
    }

    /** @return a copy of the values as they are now */
    public Weights weights() {
        return values.download();
    }

    @Override
    public void close() {
        momentum.close();
        inference.close();
    }

    private static Weights zeros(Network network) {
        Map<String, float[]> zeros = new LinkedHashMap<>();
        for (ParameterSpec spec : network.parameters()) {
            zeros.put(spec.name(), new float[spec.size()]);
        }
        Weights.initial(network, new SplittableRandom(0))
                .values()
                .forEach((name, value) -> zeros.putIfAbsent(name, value));
        return new Weights(zeros);
    }
}
