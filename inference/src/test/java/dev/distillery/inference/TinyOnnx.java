package dev.distillery.inference;

import ai.onnx.proto.OnnxMl;
import java.util.List;
import java.util.Map;

/** The least model: Flatten, MatMul with given weights (the logits), Softmax. */
public final class TinyOnnx {
    private static final int IR_VERSION = 8;
    private static final int OPSET = 17;

    private TinyOnnx() {}

    /**
     * @param shape of one image, as the model takes it
     * @param weights (pixels of an image, classes), row-major
     */
    public static byte[] model(boolean raw, long[] shape, float[] weights, Map<String, String> metadata) {
        long pixels = shape[0] * shape[1] * shape[2];
        OnnxMl.TensorProto.Builder matrix = OnnxMl.TensorProto.newBuilder()
                .setName("weights")
                .setDataType(OnnxMl.TensorProto.DataType.FLOAT.getNumber())
                .addDims(pixels)
                .addDims(weights.length / pixels);
        for (float weight : weights) {
            matrix.addFloatData(weight);
        }
        String input = raw ? "images" : "input";
        OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder()
                .setName("tiny")
                .addInitializer(matrix)
                .addInput(tensor(
                        input, raw ? OnnxMl.TensorProto.DataType.UINT8 : OnnxMl.TensorProto.DataType.FLOAT, shape))
                .addOutput(tensor("logits", OnnxMl.TensorProto.DataType.FLOAT, weights.length / pixels))
                .addOutput(tensor("probabilities", OnnxMl.TensorProto.DataType.FLOAT, weights.length / pixels));
        if (raw) {
            graph.addNode(node("Cast", "images", "cast")
                    .addAttribute(OnnxMl.AttributeProto.newBuilder()
                            .setName("to")
                            .setType(OnnxMl.AttributeProto.AttributeType.INT)
                            .setI(OnnxMl.TensorProto.DataType.FLOAT.getNumber())));
        }
        graph.addNode(node("Flatten", raw ? "cast" : input, "flat"));
        graph.addNode(node("MatMul", "flat", "logits").addInput("weights"));
        graph.addNode(node("Softmax", "logits", "probabilities"));
        OnnxMl.ModelProto.Builder model = OnnxMl.ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(graph);
        metadata.forEach((key, value) -> model.addMetadataProps(
                OnnxMl.StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        return model.build().toByteArray();
    }

    private static OnnxMl.NodeProto.Builder node(String operator, String input, String output) {
        return OnnxMl.NodeProto.newBuilder()
                .setOpType(operator)
                .addAllInput(List.of(input))
                .addOutput(output);
    }

    private static OnnxMl.ValueInfoProto tensor(String name, OnnxMl.TensorProto.DataType type, long... shape) {
        OnnxMl.TensorShapeProto.Builder dims = OnnxMl.TensorShapeProto.newBuilder()
                .addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam("batch"));
        for (long size : shape) {
            dims.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimValue(size));
        }
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(dims)))
                .build();
    }
}
