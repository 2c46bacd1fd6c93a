package dev.distillery.trainer.quantization;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rewrites a graph: every quantised tensor passes through QuantizeLinear and DequantizeLinear. */
final class QdqGraph {
    private static final String QUANTIZED = ".quantized";
    private static final String DEQUANTIZED = ".dequantized";
    private static final String SCALE = ".scale";
    private static final String ZERO_POINT = ".zero_point";

    private final GraphProto source;
    private final QuantizationPoints points;
    private final Map<String, ActivationScale> scales;
    private final Map<String, TensorProto> constants = new LinkedHashMap<>();
    /** Constants as they were: several nodes may read one. */
    private final Set<String> kept = new HashSet<>();

    private final GraphProto.Builder graph = GraphProto.newBuilder();

    QdqGraph(GraphProto source, QuantizationPoints points, Map<String, ActivationScale> scales) {
        this.source = source;
        this.points = points;
        this.scales = scales;
        source.getInitializerList().forEach(constant -> constants.put(constant.getName(), constant));
    }

    GraphProto build() {
        graph.setName(source.getName()).addAllInput(source.getInputList()).addAllOutput(source.getOutputList());
        source.getInputList().stream().map(ValueInfoProto::getName).forEach(this::quantize);
        for (NodeProto node : source.getNodeList()) {
            if (points.saturations().containsValue(node.getOutput(0))) {
                continue;
            }
            append(node);
        }
        return graph.build();
    }

    private void append(NodeProto node) {
        NodeProto.Builder rewritten = node.toBuilder();
        if (QuantizationPoints.isQuantised(node, constants.keySet())) {
            for (int i = 0; i < QuantizationPoints.dataInputs(node).size(); i++) {
                rewritten.setInput(i, node.getInput(i) + DEQUANTIZED);
            }
        }
        if (QuantizationPoints.hasWeights(node)) {
            weights(node, rewritten);
        } else {
            node.getInputList().stream()
                    .filter(constants::containsKey)
                    .filter(kept::add)
                    .map(constants::get)
                    .forEach(graph::addInitializer);
        }
        String result = node.getOutput(0);
        String saturated = points.saturations().getOrDefault(result, result);
        graph.addNode(rewritten.setName(saturated).setOutput(0, saturated));
        quantize(saturated);
    }

    private void quantize(String tensor) {
        if (!points.sources().containsKey(tensor)) {
            return;
        }
        ActivationScale scale = scale(tensor);
        constant(tensor + SCALE, TensorProto.DataType.FLOAT, floats(scale.scale()));
        constant(tensor + ZERO_POINT, TensorProto.DataType.UINT8, new byte[] {(byte) scale.zeroPoint()});
        node("QuantizeLinear", tensor, tensor, tensor + QUANTIZED);
        node("DequantizeLinear", tensor, tensor + QUANTIZED, tensor + DEQUANTIZED);
    }

    private ActivationScale scale(String tensor) {
        return scales.get(points.sources().get(tensor));
    }

    private void weights(NodeProto node, NodeProto.Builder rewritten) {
        TensorProto weight = constants.get(node.getInput(1));
        TensorProto bias = constants.get(node.getInput(2));
        ChannelWeights integers = ChannelWeights.of(
                values(weight), values(bias), scale(node.getInput(0)).scale());
        long channels = bias.getDims(0);
        List<Long> shape = weight.getDimsList();
        constant(weight.getName() + QUANTIZED, TensorProto.DataType.INT8, integers.weight(), shape);
        constant(weight.getName() + SCALE, TensorProto.DataType.FLOAT, floats(integers.scale()), List.of(channels));
        constant(
                weight.getName() + ZERO_POINT,
                TensorProto.DataType.INT8,
                new byte[integers.scale().length],
                List.of(channels));
        ByteBuffer biases = littleEndian(integers.bias().length * Integer.BYTES);
        biases.asIntBuffer().put(integers.bias());
        constant(bias.getName() + QUANTIZED, TensorProto.DataType.INT32, biases.array(), List.of(channels));
        constant(bias.getName() + SCALE, TensorProto.DataType.FLOAT, floats(integers.biasScale()), List.of(channels));
        constant(
                bias.getName() + ZERO_POINT,
                TensorProto.DataType.INT32,
                new byte[integers.bias().length * Integer.BYTES],
                List.of(channels));
        for (String name : List.of(weight.getName(), bias.getName())) {
            node("DequantizeLinear", name, name + QUANTIZED, name + DEQUANTIZED, byOutputChannel());
        }
        rewritten.setInput(1, weight.getName() + DEQUANTIZED).setInput(2, bias.getName() + DEQUANTIZED);
    }

    private static AttributeProto byOutputChannel() {
        return AttributeProto.newBuilder()
                .setName("axis")
                .setType(AttributeProto.AttributeType.INT)
                .setI(0)
                .build();
    }

    private void node(String operator, String tensor, String input, String output, AttributeProto... attributes) {
        graph.addNode(NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output)
                .addAllInput(List.of(input, tensor + SCALE, tensor + ZERO_POINT))
                .addOutput(output)
                .addAllAttribute(List.of(attributes)));
    }

    private void constant(String name, TensorProto.DataType type, byte[] values) {
        constant(name, type, values, List.of());
    }

    private void constant(String name, TensorProto.DataType type, byte[] values, List<Long> shape) {
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .addAllDims(shape)
                .setRawData(ByteString.copyFrom(values)));
    }

    private static float[] values(TensorProto tensor) {
        ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[raw.remaining() / Float.BYTES];
        raw.asFloatBuffer().get(values);
        return values;
    }

    private static byte[] floats(float... values) {
        ByteBuffer raw = littleEndian(values.length * Float.BYTES);
        raw.asFloatBuffer().put(values);
        return raw.array();
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
