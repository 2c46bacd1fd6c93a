package dev.distillery.trainer.torchscript;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
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
import dev.distillery.trainer.precision.ComputeType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One pass forward and backward without an update, in FP32.
 *
 * @param logits {@code (N, K)} by the batch's statistics
 * @param inferenceLogits {@code (N, K)} by the running statistics that the pass left
 * @param gradients row-major, by parameter name
 */
public record GradientProbe(double loss, float[] logits, float[] inferenceLogits, Map<String, float[]> gradients) {

    /**
     * @param images direct, {@code (N, H, W, C) uint8}
     * @param labels {@code (N)}
     */
    public static GradientProbe run(
            Network network,
            Weights weights,
            Normalization normalization,
            Loss loss,
            ByteBuffer images,
            long[] labels) {
        ParameterGroups groups = new ParameterGroups(network, DecayRule.ALL);
        List<String> methods = List.of(
                StepScript.layout(),
                new StepScript(network, groups).infer(ComputeType.FP32),
                script(network, groups, loss));
        try (LibTorch torch = LibTorch.start(2, false);
                TorchScriptModule module = TorchScriptModule.compile(torch.manager(), methods);
                PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
            DeviceValues values =
                    new DeviceValues(scope, module, groups, Weights.statisticNames(network), weights.values());
            InferenceNetwork inference = new InferenceNetwork(network, module, values, scope, normalization);
            PtNDArray pixels = inference.pixels(scope, images, labels.length);
            try (IValue x = IValue.from(pixels);
                    IValue y = IValue.from((PtNDArray) scope.create(labels, new Shape(labels.length)))) {
                NDList result = module.call(
                        scope,
                        "gradients",
                        x,
                        inference.scale(),
                        inference.shift(),
                        values.decayed(),
                        values.plain(),
                        values.statistics(),
                        y);
                return new GradientProbe(
                        result.get(0).getFloat(),
                        result.get(1).toFloatArray(),
                        inference.logits(scope, pixels, ComputeType.FP32).toFloatArray(),
                        byName(network, result));
            }
        }
    }

    private static String script(Network network, ParameterGroups groups, Loss loss) {
        List<String> arguments = new ArrayList<>(ForwardScript.ARGUMENTS);
        arguments.addAll(ParameterGroups.ARGUMENTS);
        arguments.addAll(List.of(ForwardScript.STATISTICS, "y: Tensor"));
        Script script = new Script("gradients", arguments, "List[Tensor]");
        ForwardScript forward = new ForwardScript(network, groups, ComputeType.FP32, script);
        String logits = forward.append(true);
        Loss.Gradient gradient = loss.append(script, new Loss.Batch(logits, "y", null, network.classes()));
        Map<String, String> gradients = new BackwardScript(network, groups, ComputeType.FP32, script, forward)
                .append(gradient.logitsGradient());
        List<String> results = new ArrayList<>(List.of(gradient.loss(), logits));
        network.parameters().forEach(p -> results.add(gradients.get(p.name())));
        return script.returning("[" + String.join(", ", results) + "]");
    }

    private static Map<String, float[]> byName(Network network, NDList result) {
        Map<String, float[]> gradients = new LinkedHashMap<>();
        List<ParameterSpec> parameters = network.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            try (NDArray rows = result.get(i + 2).flatten()) {
                gradients.put(parameters.get(i).name(), rows.toFloatArray());
            }
        }
        return gradients;
    }
}
