package dev.distillery.trainer.torchscript;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.optimizer.DecayRule;
import dev.distillery.trainer.optimizer.ParameterGroups;
import dev.distillery.trainer.precision.ComputeType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** A frozen network: batch norm by its running statistics, no gradient. */
public final class InferenceNetwork implements AutoCloseable {
    private final Network network;
    private final TorchScriptModule module;
    private final DeviceValues values;
    private final IValue scale;
    private final IValue shift;

    /** Views the values of a network that is being trained. */
    InferenceNetwork(
            Network network, TorchScriptModule module, DeviceValues values, PtNDManager manager, Normalization norm) {
        this.network = network;
        this.module = module;
        this.values = values;
        this.scale = channelwise(manager, norm.scale());
        this.shift = channelwise(manager, norm.shift());
    }

    /** @param type the compute types that {@link #logits} will be asked for besides FP32 */
    public static InferenceNetwork of(
            LibTorch torch, Network network, Weights weights, Normalization norm, ComputeType type) {
        ParameterGroups groups = new ParameterGroups(network, DecayRule.ALL);
        StepScript script = new StepScript(network, groups);
        List<String> methods = new ArrayList<>(List.of(StepScript.layout()));
        EnumSet.of(ComputeType.FP32, type).forEach(t -> methods.add(script.infer(t)));
        TorchScriptModule module = TorchScriptModule.compile(torch.manager(), methods);
        DeviceValues values =
                new DeviceValues(torch.manager(), module, groups, Weights.statisticNames(network), weights.values());
        return new InferenceNetwork(network, module, values, torch.manager(), norm);
    }

    /**
     * @param images direct, {@code (count, H, W, C) uint8}
     * @return {@code (count, K) float32}, owned by the manager
     */
    public NDArray logits(PtNDManager manager, ByteBuffer images, int count, ComputeType type) {
        try (NDArray pixels = pixels(manager, images, count)) {
            return logits(manager, (PtNDArray) pixels, type);
        }
    }

    /** @return the images on the device, {@code (count, H, W, C) uint8} */
    PtNDArray pixels(PtNDManager manager, ByteBuffer images, int count) {
        Shape shape = new Shape(count, network.height(), network.width(), network.channels());
        return manager.create(images, shape, DataType.UINT8);
    }

    NDArray logits(PtNDManager manager, PtNDArray pixels, ComputeType type) {
        try (IValue x = IValue.from(pixels)) {
            return module.call(
                            manager,
                            StepScript.inferName(type),
                            x,
                            scale,
                            shift,
                            values.decayed(),
                            values.plain(),
                            values.statistics())
                    .singletonOrThrow();
        }
    }

    public Network network() {
        return network;
    }

    IValue scale() {
        return scale;
    }

    IValue shift() {
        return shift;
    }

    @Override
    public void close() {
        scale.close();
        shift.close();
        values.close();
        module.close();
    }

    private static IValue channelwise(PtNDManager manager, float[] perChannel) {
        return IValue.from((PtNDArray) manager.create(perChannel, new Shape(1, perChannel.length, 1, 1)));
    }
}
