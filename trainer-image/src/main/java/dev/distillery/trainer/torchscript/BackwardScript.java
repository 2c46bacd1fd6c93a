package dev.distillery.trainer.torchscript;

import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Op;
import dev.distillery.trainer.optimizer.ParameterGroups;
import dev.distillery.trainer.precision.ComputeType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network's backward pass, operation by operation in reverse, after a {@link ForwardScript} in training mode.
 *
 * <p>A gradient that flows to two places (both sides of a sum) has two readers; only its last reader may change it in
 * place. {@code readers} keeps count.
 */
final class BackwardScript {
    private final Network network;
    private final ParameterGroups groups;
    private final ComputeType type;
    private final Script script;
    private final ForwardScript forward;
    private final Map<Integer, String> gradients = new HashMap<>();
    private final Map<String, Integer> readers = new HashMap<>();
    private final Map<String, String> ofParameters = new LinkedHashMap<>();

    BackwardScript(Network network, ParameterGroups groups, ComputeType type, Script script, ForwardScript forward) {
        this.network = network;
        this.groups = groups;
        this.type = type;
        this.script = script;
        this.forward = forward;
    }

    /**
     * @param logitsGradient name of {@code (N, K) float32}
     * @return name of the float32 gradient by parameter name
     */
    Map<String, String> append(String logitsGradient) {
        List<Op> ops = network.ops();
        flow(ops.size() - 1, logitsGradient);
        for (int i = ops.size() - 1; i >= 0; i--) {
            append(i, ops.get(i));
        }
        return ofParameters;
    }

    private void append(int index, Op op) {
        String gradient = gradients.remove(index);
        boolean last = readers.merge(gradient, -1, Integer::sum) == 0;
        if (op instanceof Op.Convolution c) {
            convolution(index, c, gradient);
        } else if (op instanceof Op.BatchNorm b) {
            batchNorm(index, b, gradient);
        } else if (op instanceof Op.Relu r) {
            String place = last ? ", grad_input=" + gradient : "";
            flow(
                    r.input(),
                    script.let("torch.threshold_backward(" + gradient + ", " + value(index) + ", 0" + place + ")"));
        } else if (op instanceof Op.Relu6 r) {
            // The clamped value lies on a bound where the value before it lay on or outside: it says the same.
            String place = last ? ", grad_input=" + gradient : "";
            flow(
                    r.input(),
                    script.let("torch.hardtanh_backward(" + gradient + ", " + value(index) + ", 0, 6" + place + ")"));
        } else if (op instanceof Op.Add a) {
            flow(a.left(), gradient);
            flow(a.right(), gradient);
        } else if (op instanceof Op.MaxPool p) {
            flow(
                    p.input(),
                    script.let("torch.max_pool2d_with_indices_backward(" + gradient + ", " + forward.input(p.input())
                            + ", " + ForwardScript.window(p) + ", " + saved(index, 0) + ")"));
        } else if (op instanceof Op.AveragePool p) {
            flow(
                    p.input(),
                    script.let("torch.avg_pool2d_backward(" + gradient + ", " + forward.input(p.input()) + ", "
                            + ForwardScript.window(p) + ", None)"));
        } else if (op instanceof Op.GlobalAveragePool p) {
            globalAveragePool(p, gradient);
        } else if (op instanceof Op.Linear l) {
            linear(l, gradient);
        }
    }

    private void convolution(int index, Op.Convolution c, String gradient) {
        boolean needsInput = c.input() != Network.IMAGE;
        List<String> all = script.letAll(
                3,
                "torch.convolution_backward(" + gradient + ", " + forward.input(c.input()) + ", " + saved(index, 0)
                        + ", None, " + ForwardScript.geometry(c) + ", [" + (needsInput ? "True" : "False")
                        + ", True, False])");
        if (needsInput) {
            flow(c.input(), all.get(0));
        }
        String weight = all.get(1);
        ofParameters.put(
                c.name() + ".weight", type == ComputeType.FP32 ? weight : script.let("torch.to(" + weight + ", 6)"));
    }

    private void batchNorm(int index, Op.BatchNorm b, String gradient) {
        List<String> all = script.letAll(
                3,
                "torch.native_batch_norm_backward(" + gradient + ", " + forward.input(b.input()) + ", "
                        + groups.reference(b.name() + ".weight") + ", " + saved(index, 0) + ", " + saved(index, 1)
                        + ", "
                        + saved(index, 2) + ", True, " + Script.literal(Op.BatchNorm.EPSILON)
                        + ", [True, True, True])");
        flow(b.input(), all.get(0));
        ofParameters.put(b.name() + ".weight", all.get(1));
        ofParameters.put(b.name() + ".bias", all.get(2));
    }

    private void globalAveragePool(Op.GlobalAveragePool p, String gradient) {
        String input = forward.input(p.input());
        String area = "torch.mul(torch.size(" + input + ", 2), torch.size(" + input + ", 3))";
        String mean = script.let("torch.to(torch.div(" + gradient + ", " + area + "), " + type.scalarType() + ")");
        String wide =
                script.let("torch.expand_as(torch.unsqueeze(torch.unsqueeze(" + mean + ", -1), -1), " + input + ")");
        flow(p.input(), script.let("torch.copy_(torch.empty_like(" + input + "), " + wide + ")"));
    }

    private void linear(Op.Linear l, String gradient) {
        String input = forward.input(l.input());
        ofParameters.put(l.name() + ".weight", script.let("torch.mm(torch.t(" + gradient + "), " + input + ")"));
        ofParameters.put(l.name() + ".bias", script.let("torch.sum(" + gradient + ", [0])"));
        flow(l.input(), script.let("torch.mm(" + gradient + ", " + groups.reference(l.name() + ".weight") + ")"));
    }

    /** Adds a gradient to what has already reached this value. */
    private void flow(int index, String gradient) {
        if (index == Network.IMAGE) {
            return;
        }
        String before = gradients.get(index);
        if (before == null) {
            gradients.put(index, gradient);
            readers.merge(gradient, 1, Integer::sum);
            return;
        }
        boolean mayChange = readers.merge(before, -1, Integer::sum) == 0;
        String sum = script.let("torch." + (mayChange ? "add_" : "add") + "(" + before + ", " + gradient + ")");
        gradients.put(index, sum);
        readers.put(sum, 1);
    }

    private String value(int index) {
        return forward.value(index).name();
    }

    private String saved(int index, int which) {
        return forward.value(index).saved().get(which);
    }
}
