package dev.distillery.trainer.quantization;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.distillery.trainer.data.LabelledImages;
import dev.distillery.trainer.export.OnnxExporter;
import dev.distillery.trainer.gate.OnnxModel;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.SampleNetworks;
import dev.distillery.trainer.network.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** INT8 in ONNX Runtime against FP32 in ONNX Runtime, for every family. No libtorch. */
class QuantizedModelTest {
    /** Root mean square of the logits' error over that of the logits: 0.001 to 0.081 with AVX-512 VNNI. */
    private static final double TOLERANCE = 0.12;

    private static final int IMAGES = 32;

    @TempDir
    Path folder;

    static Stream<Network> networks() {
        return SampleNetworks.all();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void answersNearlyAsTheModelItComesFrom(Network network) throws OrtException {
        byte[] model = exported(network, true);
        byte[] quantized = QuantizedModel.of(model, normalization(network), images(network), 1);
        assertThat(relativeError(network, model, quantized)).isPositive().isLessThan(TOLERANCE);
    }

    @Test
    void theCallerMayNormalise() throws OrtException {
        Network network = SampleNetworks.all().toList().get(2);
        byte[] model = exported(network, false);
        byte[] quantized = QuantizedModel.of(model, normalization(network), images(network), 1);
        assertThat(relativeError(network, model, quantized)).isPositive().isLessThan(TOLERANCE);
    }

    @Test
    void severalMembersAreQuantisedTogether() throws OrtException, InvalidProtocolBufferException {
        Network network = SampleNetworks.all().toList().get(3);
        byte[] model = new OnnxExporter(
                        network,
                        List.of(SampleNetworks.start(network, 1, 0.3), SampleNetworks.start(network, 2, 0.3)),
                        normalization(network),
                        true)
                .export(Map.of());
        byte[] quantized = QuantizedModel.of(model, normalization(network), images(network), 1);
        assertThat(relativeError(network, model, quantized)).isPositive().isLessThan(TOLERANCE);
        assertThat(ModelProto.parseFrom(quantized).getGraph().getInitializerList())
                .extracting(TensorProto::getName)
                .contains("ensemble.axis")
                .doesNotHaveDuplicates();
    }

    @Test
    void sameModelSameBytes() {
        Network network = SampleNetworks.all().toList().get(0);
        byte[] model = exported(network, true);
        assertThat(QuantizedModel.of(model, normalization(network), images(network), 1))
                .isEqualTo(QuantizedModel.of(model, normalization(network), images(network), 1));
    }

    @Test
    void keepsInputsOutputsAndMetadata() throws InvalidProtocolBufferException {
        Network network = SampleNetworks.all().toList().get(0);
        ModelProto model = ModelProto.parseFrom(exported(network, true));
        ModelProto quantized = ModelProto.parseFrom(
                QuantizedModel.of(model.toByteArray(), normalization(network), images(network), 1));
        assertThat(quantized.getGraph().getInputList())
                .isEqualTo(model.getGraph().getInputList());
        assertThat(quantized.getGraph().getOutputList())
                .isEqualTo(model.getGraph().getOutputList());
        assertThat(quantized.getOpsetImportList()).isEqualTo(model.getOpsetImportList());
        assertThat(quantized.getMetadataPropsList())
                .anySatisfy(p -> assertThat(p.getKey()).isEqualTo("distillery.labels"))
                .anySatisfy(p -> assertThat(p.getKey()).isEqualTo("distillery.quantization"));
    }

    /** Only then is it faster: ONNX Runtime must find its integer kernels for every convolution, sum and pool. */
    @Test
    void onnxRuntimeComputesItInIntegers() throws OrtException, IOException {
        for (Network network : networks().toList()) {
            byte[] quantized = QuantizedModel.of(exported(network, true), normalization(network), images(network), 1);
            Set<String> operators = optimized(quantized).getNodeList().stream()
                    .map(NodeProto::getOpType)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(operators)
                    .as(network.name())
                    .contains("QLinearConv", "QLinearAdd", "QGemm")
                    .doesNotContain("Conv", "FusedConv", "Gemm", "Relu", "Clip", "GlobalAveragePool", "AveragePool");
        }
    }

    private GraphProto optimized(byte[] model) throws OrtException, IOException {
        Path file = folder.resolve("optimized.onnx");
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.EXTENDED_OPT);
            options.setOptimizedModelFilePath(file.toString());
            OrtEnvironment.getEnvironment().createSession(model, options).close();
        }
        return ModelProto.parseFrom(Files.readAllBytes(file)).getGraph();
    }

    private static double relativeError(Network network, byte[] model, byte[] quantized) throws OrtException {
        ByteBuffer pixels = SampleNetworks.images(network, IMAGES, 9);
        float[] exact = logits(network, model, pixels);
        float[] near = logits(network, quantized, pixels);
        double error = 0;
        double size = 0;
        for (int i = 0; i < exact.length; i++) {
            error += Math.pow(near[i] - exact[i], 2);
            size += Math.pow(exact[i], 2);
        }
        return Math.sqrt(error / size);
    }

    private static float[] logits(Network network, byte[] model, ByteBuffer pixels) throws OrtException {
        try (OnnxModel onnx = new OnnxModel(model, normalization(network), 1)) {
            return onnx.values(images(network), pixels, List.of(OnnxExporter.LOGITS))
                    .get(OnnxExporter.LOGITS);
        }
    }

    private static byte[] exported(Network network, boolean embedPreprocessing) {
        Weights weights = SampleNetworks.start(network, 1, 0.3);
        return new OnnxExporter(network, List.of(weights), normalization(network), embedPreprocessing)
                .export(Map.of("distillery.labels", "a\nb"));
    }

    private static Normalization normalization(Network network) {
        float[] mean = new float[network.channels()];
        float[] std = new float[network.channels()];
        Arrays.fill(mean, 0.47f);
        Arrays.fill(std, 0.2f);
        return new Normalization(mean, std);
    }

    private static LabelledImages images(Network network) {
        ByteBuffer pixels = SampleNetworks.images(network, IMAGES, 4);
        byte[] copy = new byte[pixels.capacity()];
        pixels.get(0, copy);
        return new LabelledImages(network.height(), network.width(), network.channels(), copy, new int[IMAGES]);
    }
}
