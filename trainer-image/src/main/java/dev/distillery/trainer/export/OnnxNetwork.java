package dev.distillery.trainer.export;

import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Op;
import dev.distillery.trainer.network.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A network's operations as ONNX nodes. A convolution and the batch norm after it become one node. */
final class OnnxNetwork {
    private final Network network;
    private final Weights weights;
    private final OnnxGraph graph;
    private final String prefix;
    private final List<String> values = new ArrayList<>();
    private String image;

    /** @param prefix of the names of all values and constants */
    OnnxNetwork(Network network, Weights weights, OnnxGraph graph, String prefix) {
        this.prefix = prefix;
        this.network = network;
        this.weights = weights;
        this.graph = graph;
    }

    /** @param output name of the last operation's value */
    void append(String imageName, String output) {
        image = imageName;
        int last = network.ops().size() - 1;
        for (int i = 0; i <= last; i++) {
            Op op = network.ops().get(i);
            String name =
                    i == last ? output : prefix + (op instanceof Op.Named named ? named.name() : kind(op) + "." + i);
            values.add(append(op, i, name));
        }
    }

    private String append(Op op, int index, String name) {
        if (op instanceof Op.Convolution c) {
            return convolution(c, OnnxExporter.normAfter(network, index), name);
        }
        if (op instanceof Op.BatchNorm b) {
            return value(b.input());
        }
        if (op instanceof Op.Relu r) {
            return graph.node("Relu", name, List.of(value(r.input())));
        }
        if (op instanceof Op.Relu6 r) {
            String least = graph.constant(name + ".min", new float[] {0});
            String most = graph.constant(name + ".max", new float[] {6});
            return graph.node("Clip", name, List.of(value(r.input()), least, most));
        }
        if (op instanceof Op.Add a) {
            return graph.node("Add", name, List.of(value(a.left()), value(a.right())));
        }
        if (op instanceof Op.MaxPool p) {
            return graph.node(
                    "MaxPool",
                    name,
                    List.of(value(p.input())),
                    square("kernel_shape", p.kernel()),
                    square("strides", p.stride()),
                    OnnxGraph.integers("pads", p.padding(), p.padding(), p.padding(), p.padding()));
        }
        if (op instanceof Op.AveragePool p) {
            return graph.node(
                    "AveragePool",
                    name,
                    List.of(value(p.input())),
                    square("kernel_shape", p.size()),
                    square("strides", p.size()),
                    OnnxGraph.integer("ceil_mode", 1),
                    OnnxGraph.integer("count_include_pad", 0));
        }
        if (op instanceof Op.GlobalAveragePool p) {
            String pooled = graph.node("GlobalAveragePool", name, List.of(value(p.input())));
            return graph.node("Flatten", name + ".flat", List.of(pooled), OnnxGraph.integer("axis", 1));
        }
        Op.Linear l = (Op.Linear) op;
        String weight = graph.constant(
                prefix + l.name() + ".weight", weights.get(l.name() + ".weight"), l.outFeatures(), l.inFeatures());
        String bias = graph.constant(prefix + l.name() + ".bias", weights.get(l.name() + ".bias"), l.outFeatures());
        return graph.node("Gemm", name, List.of(value(l.input()), weight, bias), OnnxGraph.integer("transB", 1));
    }

    private String convolution(Op.Convolution c, Op.BatchNorm norm, String name) {
        FoldedConvolution folded = FoldedConvolution.of(c, norm, weights);
        String weight = graph.constant(prefix + c.name() + ".weight", folded.weight(), c.weightShape());
        String bias = graph.constant(prefix + c.name() + ".bias", folded.bias(), c.outChannels());
        return graph.node(
                "Conv",
                name,
                List.of(value(c.input()), weight, bias),
                square("kernel_shape", c.kernel()),
                square("strides", c.stride()),
                OnnxGraph.integers("pads", c.padding(), c.padding(), c.padding(), c.padding()),
                OnnxGraph.integer("group", c.groups()));
    }

    private String value(int index) {
        return index == Network.IMAGE ? image : values.get(index);
    }

    private static ai.onnx.proto.OnnxMl.AttributeProto square(String name, int size) {
        return OnnxGraph.integers(name, size, size);
    }

    private static String kind(Op op) {
        return op.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
}
