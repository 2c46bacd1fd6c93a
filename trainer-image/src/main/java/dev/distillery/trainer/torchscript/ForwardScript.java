package dev.distillery.trainer.torchscript;

import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Op;
import dev.distillery.trainer.optimizer.ParameterGroups;
import dev.distillery.trainer.precision.ComputeType;
import java.util.ArrayList;
import java.util.List;

/**
 * A network's forward pass. Reads the arguments {@code x} (images, {@code (N, H, W, C) uint8}), {@code scale} and {@code
 * shift} ({@code (1, C, 1, 1) float32}: normalised = x·scale + shift), the parameters, and {@code st} (running mean and
 * variance of each batch norm, updated in place while training).
 */
final class ForwardScript {
    static final List<String> ARGUMENTS = List.of("x: Tensor", "scale: Tensor", "shift: Tensor");
    static final String STATISTICS = "st: List[Tensor]";

    /** What an operation made, and what its backward pass needs of it besides. */
    record Value(String name, List<String> saved) {}

    private final Network network;
    private final ParameterGroups groups;
    private final ComputeType type;
    private final Script script;
    private final List<Value> values = new ArrayList<>();
    private String image;
    private int norms;

    ForwardScript(Network network, ParameterGroups groups, ComputeType type, Script script) {
        this.network = network;
        this.groups = groups;
        this.type = type;
        this.script = script;
    }

    /** @return name of the logits, {@code (N, K) float32} */
    String append(boolean training) {
        String pixels = script.let("torch.to(torch.permute(x, [0, 3, 1, 2]), 6)");
        String normalised = script.let("torch.add_(torch.mul_(" + pixels + ", scale), shift)");
        image = script.let("torch.contiguous(" + cast(normalised) + ", memory_format=2)");
        for (Op op : network.ops()) {
            values.add(append(op, training));
        }
        return values.get(values.size() - 1).name();
    }

    Value value(int index) {
        return values.get(index);
    }

    /** @return name of what an operation with this input reads */
    String input(int index) {
        return index == Network.IMAGE ? image : values.get(index).name();
    }

    private String cast(String float32) {
        return type == ComputeType.FP32 ? float32 : script.let("torch.to(" + float32 + ", " + type.scalarType() + ")");
    }

    private Value append(Op op, boolean training) {
        if (op instanceof Op.Convolution c) {
            String weight = cast(groups.reference(c.name() + ".weight"));
            return new Value(
                    script.let(
                            "torch.convolution(" + input(c.input()) + ", " + weight + ", None, " + geometry(c) + ")"),
                    List.of(weight));
        }
        if (op instanceof Op.BatchNorm b) {
            return batchNorm(b, training);
        }
        if (op instanceof Op.Relu r) {
            return plain("torch.relu_(" + input(r.input()) + ")");
        }
        if (op instanceof Op.Relu6 r) {
            return plain("torch.hardtanh_(" + input(r.input()) + ", 0, 6)");
        }
        if (op instanceof Op.Add a) {
            return plain("torch.add_(" + input(a.left()) + ", " + input(a.right()) + ")");
        }
        if (op instanceof Op.MaxPool p) {
            List<String> both =
                    script.letAll(2, "torch.max_pool2d_with_indices(" + input(p.input()) + ", " + window(p) + ")");
            return new Value(both.get(0), List.of(both.get(1)));
        }
        if (op instanceof Op.AveragePool p) {
            return plain("torch.avg_pool2d(" + input(p.input()) + ", " + window(p) + ")");
        }
        if (op instanceof Op.GlobalAveragePool p) {
            return plain("torch.mean(" + input(p.input()) + ", [2, 3], False, dtype=6)");
        }
        Op.Linear l = (Op.Linear) op;
        return plain("torch.addmm(" + groups.reference(l.name() + ".bias") + ", " + input(l.input()) + ", torch.t("
                + groups.reference(l.name() + ".weight") + "))");
    }

    private Value plain(String expression) {
        return new Value(script.let(expression), List.of());
    }

    private Value batchNorm(Op.BatchNorm b, boolean training) {
        String arguments = input(b.input()) + ", " + groups.reference(b.name() + ".weight") + ", "
                + groups.reference(b.name() + ".bias") + ", " + statistics(norms++) + ", ";
        String constants = Script.literal(Op.BatchNorm.MOMENTUM) + ", " + Script.literal(Op.BatchNorm.EPSILON);
        if (!training) {
            return plain("torch.batch_norm(" + arguments + "False, " + constants + ", True)");
        }
        List<String> all = script.letAll(3, "torch.native_batch_norm(" + arguments + "True, " + constants + ")");
        return new Value(all.get(0), List.of(statistics(norms - 1), all.get(1), all.get(2)));
    }

    private static String statistics(int norm) {
        return "st[" + 2 * norm + "], st[" + (2 * norm + 1) + "]";
    }

    static String geometry(Op.Convolution c) {
        return Script.pair(c.stride()) + ", " + Script.pair(c.padding()) + ", [1, 1], False, [0, 0], " + c.groups();
    }

    static String window(Op.MaxPool p) {
        return Script.pair(p.kernel()) + ", " + Script.pair(p.stride()) + ", " + Script.pair(p.padding())
                + ", [1, 1], False";
    }

    /** Rounds up, and counts only what lies inside. */
    static String window(Op.AveragePool p) {
        return Script.pair(p.size()) + ", " + Script.pair(p.size()) + ", [0, 0], True, False";
    }
}
