package dev.distillery.trainer.torchscript;

import dev.distillery.trainer.loss.Loss;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.optimizer.ParameterGroups;
import dev.distillery.trainer.optimizer.Sgd;
import dev.distillery.trainer.precision.ComputeType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The methods of a network: {@code step} trains on a batch, {@code average} follows the weights, {@code infer…} gives
 * logits, {@code layout} prepares values.
 */
final class StepScript {
    static final String STEP = "step";
    static final String AVERAGE = "average";
    static final String LAYOUT = "layout";

    private final Network network;
    private final ParameterGroups groups;

    StepScript(Network network, ParameterGroups groups) {
        this.network = network;
        this.groups = groups;
    }

    /**
     * {@code step(x, scale, shift, pd, pn, st, y, t, md, mn, rate, scaling)}: returns loss and whether a gradient was not
     * finite, both float32 scalars. {@code t} are the teacher's logits, {@code (0)} without one.
     */
    String step(ComputeType type, Loss loss, Sgd optimizer) {
        List<String> arguments = inferArguments();
        arguments.addAll(List.of("y: Tensor", "t: Tensor"));
        arguments.addAll(Sgd.ARGUMENTS);
        arguments.add("scaling: float");
        Script script = new Script(STEP, arguments, "List[Tensor]");
        ForwardScript forward = new ForwardScript(network, groups, type, script);
        String logits = forward.append(true);
        Loss.Gradient gradient = loss.append(script, new Loss.Batch(logits, "y", "t", network.classes()));
        boolean scaled = type == ComputeType.FP16;
        String logitsGradient = scaled
                ? script.let("torch.mul(" + gradient.logitsGradient() + ", scaling)")
                : gradient.logitsGradient();
        Map<String, String> gradients =
                new BackwardScript(network, groups, type, script, forward).append(logitsGradient);
        String found = optimizer.append(script, groups, gradients, gradient.loss(), scaled ? "scaling" : null);
        String bad = found == null ? script.let("torch.zeros_like(" + gradient.loss() + ")") : found;
        return script.returning("[" + gradient.loss() + ", " + bad + "]");
    }

    /** {@code infer<type>(x, scale, shift, pd, pn, st)}: logits by the running statistics. */
    String infer(ComputeType type) {
        Script script = new Script(inferName(type), inferArguments(), "Tensor");
        return script.returning(new ForwardScript(network, groups, type, script).append(false));
    }

    /**
     * {@code average(pd, pn, st, ad, an, as, weight)}: moves the averages {@code ad}, {@code an} and {@code ast} of the three
     * lists towards them, {@code a += weight·(p − a)}.
     */
    String average() {
        List<String> arguments = new ArrayList<>(ParameterGroups.ARGUMENTS);
        arguments.add(ForwardScript.STATISTICS);
        arguments.addAll(List.of("ad: List[Tensor]", "an: List[Tensor]", "ast: List[Tensor]", "weight: float"));
        Script script = new Script(AVERAGE, arguments, "Tensor");
        // The lists are arguments: dead-code elimination deletes an update of a list that is built here. libtorch
        // refuses empty ones.
        move(script, groups.decayed().isEmpty(), "ad", "pd");
        move(script, groups.plain().isEmpty(), "an", "pn");
        move(script, network.batchNorms().isEmpty(), "ast", "st");
        return script.returning("torch.zeros([1])");
    }

    private static void move(Script script, boolean empty, String average, String values) {
        if (!empty) {
            script.statement("torch._foreach_lerp_(" + average + ", " + values + ", weight)");
        }
    }

    static String inferName(ComputeType type) {
        return "infer" + type;
    }

    /** {@code layout(x)}: a copy with the same values, channels-last, which the convolution kernels want. */
    static String layout() {
        return new Script(LAYOUT, List.of("x: Tensor"), "Tensor").returning("torch.clone(x, memory_format=2)");
    }

    private static List<String> inferArguments() {
        List<String> arguments = new ArrayList<>(ForwardScript.ARGUMENTS);
        arguments.addAll(ParameterGroups.ARGUMENTS);
        arguments.add(ForwardScript.STATISTICS);
        return arguments;
    }
}
