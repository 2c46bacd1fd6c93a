package dev.distillery.trainer.quantization;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where a graph is quantised: which tensors, and which activations become the saturation of the operation before.
 *
 * @param sources the quantised tensors, each with the tensor whose scale it takes: itself, or what it only selects from
 * @param saturations by the name of an operation's result: the name of its activation's result
 */
record QuantizationPoints(Map<String, String> sources, Map<String, String> saturations) {
    private static final Set<String> COMPUTING = Set.of("Conv", "Gemm");
    private static final Set<String> ACTIVATIONS = Set.of("Relu", "Clip");
    private static final Set<String> SELECTING = Set.of("MaxPool", "Flatten");
    private static final Set<String> AVERAGING = Set.of("AveragePool", "GlobalAveragePool");

    static QuantizationPoints of(GraphProto graph) {
        Set<String> constants = new LinkedHashSet<>();
        graph.getInitializerList().stream().map(TensorProto::getName).forEach(constants::add);
        Map<String, String> sources = new LinkedHashMap<>();
        Map<String, String> saturations = new LinkedHashMap<>();
        Map<String, String> selectedFrom = new LinkedHashMap<>();
        for (NodeProto node : graph.getNodeList()) {
            if (SELECTING.contains(node.getOpType())) {
                String from = node.getInput(0);
                selectedFrom.put(node.getOutput(0), selectedFrom.getOrDefault(from, from));
            }
            if (ACTIVATIONS.contains(node.getOpType())) {
                saturations.put(node.getInput(0), node.getOutput(0));
            }
            if (isQuantised(node, constants)) {
                for (String input : dataInputs(node)) {
                    sources.put(input, selectedFrom.getOrDefault(input, input));
                }
            }
        }
        return new QuantizationPoints(sources, saturations);
    }

    /** @return tensors whose values must be known */
    List<String> observed() {
        return new ArrayList<>(new LinkedHashSet<>(sources.values()));
    }

    /** An Add of a constant is part of the preprocessing, which stays in float32. */
    static boolean isQuantised(NodeProto node, Set<String> constants) {
        String operator = node.getOpType();
        return COMPUTING.contains(operator)
                || SELECTING.contains(operator)
                || AVERAGING.contains(operator)
                || (operator.equals("Add") && node.getInputList().stream().noneMatch(constants::contains));
    }

    static boolean hasWeights(NodeProto node) {
        return COMPUTING.contains(node.getOpType());
    }

    static List<String> dataInputs(NodeProto node) {
        return hasWeights(node) ? List.of(node.getInput(0)) : node.getInputList();
    }
}
