package dev.distillery.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.Gate;
import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network.Model;
import dev.distillery.recipe.Tricks.ModelTweaks.Variant;
import dev.distillery.trainer.data.LabelledImages;
import dev.distillery.trainer.gate.OnnxGate;
import dev.distillery.trainer.loop.Evaluation;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.NetworkFamilies;
import dev.distillery.trainer.network.Normalization;
import dev.distillery.trainer.network.ResidualNetworks;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.precision.ComputeType;
import dev.distillery.trainer.torchscript.InferenceNetwork;
import dev.distillery.trainer.torchscript.LibTorch;
import dev.distillery.trainer.tricks.modeltweaks.ModelTweaks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The exported model in ONNX Runtime against the same weights in libtorch. */
class OnnxExporterTest {
    private static final int CLASSES = 7;
    private static final int IMAGES = 70;

    /** Sizes that do not halve evenly exercise the rounded-up average pool. */
    @ParameterizedTest
    @CsvSource({
        "RESNET_CIFAR, 8, 28, true", "RESNET_CIFAR, 14, 30, false",
        "RESNET, 18, 37, true", "RESNET, 50, 40, false",
        "MOBILENET_V2, , 37, true", "MOBILENET_V2, , 40, false"
    })
    void logitsEqualTheTrainers(ModelFamily family, Integer depth, int size, boolean embedPreprocessing) {
        Network network = NetworkFamilies.build(
                new Model(family, depth), new ModelTweaks(Variant.D, true), 3, size, size, CLASSES);
        Weights weights = lively(network);
        Normalization norm = new Normalization(new float[] {0.4f, 0.5f, 0.6f}, new float[] {0.2f, 0.3f, 0.25f});
        LabelledImages images = images(size);
        byte[] model = new OnnxExporter(network, List.of(weights), norm, embedPreprocessing).export(Map.of());
        try (LibTorch torch = LibTorch.start(2, false);
                InferenceNetwork trained = InferenceNetwork.of(torch, network, weights, norm, ComputeType.FP32)) {
            float[] expected = Evaluation.logits(torch.manager(), trained, images);
            OnnxGate.Measurement measured = OnnxGate.measure(model, norm, images, expected);
            assertThat(measured.parityError()).isLessThan(1e-4);
            assertThat(measured.agreement()).isEqualTo(1);
            assertThat(new OnnxGate(new Gate(0, 1e-4, 1, null, null)).refusals(measured))
                    .isEmpty();
        }
    }

    @Test
    void severalMembersAnswerByTheMeanOfTheirProbabilities() {
        Network network = ResidualNetworks.build(
                new Model(ModelFamily.RESNET_CIFAR, 8), new ModelTweaks(Variant.D, false), 3, 16, 16, CLASSES);
        List<Weights> members = IntStream.range(0, 3)
                .mapToObj(i -> Weights.initial(network, new SplittableRandom(i)))
                .toList();
        Normalization norm = new Normalization(new float[] {0.4f, 0.5f, 0.6f}, new float[] {0.2f, 0.3f, 0.25f});
        LabelledImages images = images(16);
        byte[] model = new OnnxExporter(network, members, norm, true).export(Map.of());
        try (LibTorch torch = LibTorch.start(2, false)) {
            double[] mean = new double[IMAGES * CLASSES];
            for (Weights weights : members) {
                try (InferenceNetwork member = InferenceNetwork.of(torch, network, weights, norm, ComputeType.FP32)) {
                    float[] logits = Evaluation.logits(torch.manager(), member, images);
                    for (int i = 0; i < mean.length; i++) {
                        double sum = 0;
                        for (int c = i - i % CLASSES; c < i - i % CLASSES + CLASSES; c++) {
                            sum += Math.exp(logits[c] - logits[i]);
                        }
                        mean[i] += 1 / sum / members.size();
                    }
                }
            }
            float[] expected = new float[mean.length];
            for (int i = 0; i < mean.length; i++) {
                expected[i] = (float) Math.log(mean[i]);
            }
            assertThat(OnnxGate.measure(model, norm, images, expected).parityError())
                    .isLessThan(1e-5);
        }
    }

    @Test
    void sameNetworkGivesTheSameBytes() {
        Network network = ResidualNetworks.build(
                new Model(ModelFamily.RESNET_CIFAR, 8), new ModelTweaks(Variant.D, true), 1, 28, 28, CLASSES);
        Weights weights = lively(network);
        Normalization norm = new Normalization(new float[] {0.3f}, new float[] {0.3f});
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("distillery.labels", "a\nb");
        metadata.put("distillery.mean", "0.3");
        byte[] first = new OnnxExporter(network, List.of(weights), norm, true).export(metadata);
        assertThat(new OnnxExporter(network, List.of(weights), norm, true).export(metadata))
                .isEqualTo(first);
    }

    /** Weights with running statistics and γ, β away from their neutral start, or folding would not be tested. */
    private static Weights lively(Network network) {
        SplittableRandom random = new SplittableRandom(5);
        Map<String, float[]> values = new LinkedHashMap<>();
        Weights.initial(network, random).values().forEach((name, value) -> {
            float[] changed = value.clone();
            for (int i = 0; i < changed.length && value.length < 5000; i++) {
                changed[i] +=
                        name.endsWith("running_var") || name.contains("bn") ? (float) (0.3 * random.nextDouble()) : 0;
            }
            values.put(name, changed);
        });
        return new Weights(values);
    }

    private static LabelledImages images(int size) {
        byte[] pixels = new byte[IMAGES * size * size * 3];
        new Random(2).nextBytes(pixels);
        int[] labels = new SplittableRandom(3).ints(IMAGES, 0, CLASSES).toArray();
        return new LabelledImages(size, size, 3, pixels, labels);
    }
}
