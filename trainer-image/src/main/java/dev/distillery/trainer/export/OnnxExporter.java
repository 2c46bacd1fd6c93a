package dev.distillery.trainer.export;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.Op;
import dev.distillery.trainer.network.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Renders a network as an ONNX model with outputs {@code logits} and {@code probabilities}, both {@code (batch, K) float32}. */
public final class OnnxExporter {
    /** Input with the preprocessing inside: {@code (batch, H, W, C) uint8}. */
    public static final String RAW_INPUT = "images";
    /** Input without: {@code (batch, C, H, W) float32}, normalised. */
    public static final String NORMALISED_INPUT = "input";

    public static final String LOGITS = "logits";
    public static final String PROBABILITIES = "probabilities";

    private static final int OPSET = 17;
    private static final int IR_VERSION = 8;

    private final Network network;
    private final List<Weights> members;
    private final Normalization normalization;
    private final boolean embedPreprocessing;

    /** @param members one, or several networks that answer by the mean of their probabilities */
    public OnnxExporter(
            Network network, List<Weights> members, Normalization normalization, boolean embedPreprocessing) {
        this.network = network;
        this.members = List.copyOf(members);
        this.normalization = normalization;
        this.embedPreprocessing = embedPreprocessing;
    }

    /**
     * @param metadata written in this order; keys start with {@code distillery.}
     * @return the file
     */
    public byte[] export(Map<String, String> metadata) {
        OnnxGraph graph = new OnnxGraph(network.name());
        String image = embedPreprocessing ? preprocessing(graph) : plainInput(graph);
        if (members.size() == 1) {
            new OnnxNetwork(network, members.get(0), graph, "").append(image, LOGITS);
        } else {
            ensemble(graph, image);
        }
        graph.node("Softmax", PROBABILITIES, List.of(LOGITS), OnnxGraph.integer("axis", 1));
        graph.output(LOGITS, network.classes());
        graph.output(PROBABILITIES, network.classes());
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("distillery")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                .setGraph(graph.build());
        metadata.forEach((key, value) -> model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        return model.build().toByteArray();
    }

    /** Logits whose softmax is the members' mean softmax: {@code log Σ exp(log softmax(zᵢ)) − log M}. */
    private void ensemble(OnnxGraph graph, String image) {
        String axis = graph.integers("ensemble.axis", List.of(0L));
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            String member = "member" + i + ".";
            String logits = member + LOGITS;
            new OnnxNetwork(network, members.get(i), graph, member).append(image, logits);
            String log = graph.node(
                    "LogSoftmax", member + "log_probabilities", List.of(logits), OnnxGraph.integer("axis", 1));
            answers.add(graph.node("Unsqueeze", member + "answer", List.of(log, axis)));
        }
        String all = graph.node("Concat", "ensemble.answers", answers, OnnxGraph.integer("axis", 0));
        String sum = graph.node(
                "ReduceLogSumExp",
                "ensemble.sum",
                List.of(all),
                OnnxGraph.integers("axes", 0),
                OnnxGraph.integer("keepdims", 0));
        String count = graph.constant("ensemble.count", new float[] {(float) Math.log(members.size())}, 1);
        graph.node("Sub", LOGITS, List.of(sum, count));
    }

    private String plainInput(OnnxGraph graph) {
        graph.input(
                NORMALISED_INPUT, TensorProto.DataType.FLOAT, network.channels(), network.height(), network.width());
        return NORMALISED_INPUT;
    }

    private String preprocessing(OnnxGraph graph) {
        graph.input(RAW_INPUT, TensorProto.DataType.UINT8, network.height(), network.width(), network.channels());
        String scale = graph.constant("preprocess.scale", normalization.scale(), 1, network.channels(), 1, 1);
        String shift = graph.constant("preprocess.shift", normalization.shift(), 1, network.channels(), 1, 1);
        String pixels = graph.node(
                "Cast",
                "preprocess.cast",
                List.of(RAW_INPUT),
                OnnxGraph.integer("to", TensorProto.DataType.FLOAT.getNumber()));
        String planes =
                graph.node("Transpose", "preprocess.planes", List.of(pixels), OnnxGraph.integers("perm", 0, 3, 1, 2));
        String scaled = graph.node("Mul", "preprocess.scaled", List.of(planes, scale));
        return graph.node("Add", "preprocess.normalised", List.of(scaled, shift));
    }

    /** @return the batch norm that reads a convolution, which in our families is always the next operation */
    static Op.BatchNorm normAfter(Network network, int convolution) {
        Op next = network.ops().get(convolution + 1);
        if (next instanceof Op.BatchNorm norm && norm.input() == convolution) {
            return norm;
        }
        throw new IllegalStateException(
                network.name() + ": no batch norm follows " + network.ops().get(convolution));
    }
}
