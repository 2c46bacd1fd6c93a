package dev.distillery.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network.Model;
import dev.distillery.recipe.Tricks.ModelTweaks.Variant;
import dev.distillery.trainer.blocks.BlockNetwork;
import dev.distillery.trainer.precision.ComputeType;
import dev.distillery.trainer.torchscript.InferenceNetwork;
import dev.distillery.trainer.torchscript.LibTorch;
import dev.distillery.trainer.tricks.modeltweaks.ModelTweaks;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.aggregator.ArgumentsAccessor;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/** Our networks are the published ones: parameters, shapes, and logits for values that a formula gives. */
class PublishedNetworksTest {
    private static final int SIDE = 64;

    /**
     * torchvision and timm, 1,000 classes. {@code resnet-cifar}: the code of Tian et al. 2020 (CRD), 100 classes, whose
     * papers print 1.23 and 7.43 million for 8x4 and 32x4.
     */
    @ParameterizedTest
    @CsvSource({
        "resnet 18 1, 1000, 11689512",
        "resnet 34 1, 1000, 21797672",
        "resnet 50 1, 1000, 25557032",
        "resnet 101 1, 1000, 44549160",
        "resnet 152 1, 1000, 60192808",
        "resnet 50 1 B, 1000, 25557032",
        "resnet 18 1 D, 1000, 11708744",
        "resnet 34 1 D, 1000, 21816904",
        "resnet 50 1 C, 1000, 25576264",
        "resnet 50 1 D, 1000, 25576264",
        "resnet 101 1 D, 1000, 44568392",
        "resnet 152 1 D, 1000, 60212040",
        "mobilenet-v2 0 0.35, 1000, 1677128",
        "mobilenet-v2 0 0.5, 1000, 1968680",
        "mobilenet-v2 0 0.75, 1000, 2636424",
        "mobilenet-v2 0 1, 1000, 3504872",
        "mobilenet-v2 0 1.4, 1000, 6108776",
        "resnet-cifar 20 1, 100, 278324",
        "resnet-cifar 110 1, 100, 1736564",
        "resnet-cifar 8 4, 100, 1233540",
        "resnet-cifar 32 4, 100, 7433860"
    })
    void parametersAreAsMany(String name, int classes, long parameters) {
        assertThat(network(name, 224, classes).parameterCount()).isEqualTo(parameters);
    }

    /** Where the stages end at 224 pixels, or 32 for CIFAR, as the papers' tables say. */
    @ParameterizedTest
    @CsvSource({
        "resnet 18 1, 224, 64x56 128x28 256x14 512x7",
        "resnet 50 1 D, 224, 256x56 512x28 1024x14 2048x7",
        "mobilenet-v2 0 1, 224, 16x112 24x56 32x28 64x14 96x14 160x7 320x7",
        "mobilenet-v2 0 1.4, 224, 24x112 32x56 48x28 88x14 136x14 224x7 448x7",
        "resnet-cifar 20 1, 32, 16x32 32x16 64x8",
        "resnet-cifar 8 4, 32, 64x32 128x16 256x8"
    })
    void stagesEndInTheirShapes(String name, int side, String expected) {
        Network network = network(name, side, 10);
        List<String> ends = new java.util.ArrayList<>();
        try (LibTorch torch = LibTorch.start(1, false)) {
            BlockNetwork blocks = new BlockNetwork(network);
            blocks.initialize(torch.manager());
            var shapes = blocks.valueShapes();
            Map<String, String> lastOfStage = new LinkedHashMap<>();
            for (int i = 0; i < network.ops().size(); i++) {
                if (network.ops().get(i) instanceof Op.BatchNorm norm
                        && norm.name().startsWith("stage")) {
                    lastOfStage.put(
                            norm.name().substring(0, norm.name().indexOf('.')),
                            shapes.get(i).get(1) + "x" + shapes.get(i).get(2));
                }
            }
            ends.addAll(lastOfStage.values());
        }
        assertThat(String.join(" ", ends)).isEqualTo(expected);
    }

    /** The rows are written by {@code published-logits.py}, beside them. */
    @ParameterizedTest
    @CsvFileSource(resources = "published-logits.csv")
    void logitsAreThePublishedNetworks(ArgumentsAccessor row) {
        double[] expected = new double[row.size() - 1];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = row.getDouble(i + 1);
        }
        Network network = network(row.getString(0), SIDE, expected.length);
        float[] got = logits(network);
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(got[i] - expected[i]) / largest)
                    .as("logit " + i)
                    .isLessThan(2e-5);
        }
    }

    private static float[] logits(Network network) {
        Normalization normalization =
                new Normalization(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.25f, 0.25f, 0.25f});
        ByteBuffer image = ByteBuffer.allocateDirect(SIDE * SIDE * 3);
        for (int i = 0; i < image.capacity(); i++) {
            image.put((byte) (i * 7 % 251));
        }
        try (LibTorch torch = LibTorch.start(1, false);
                InferenceNetwork inference =
                        InferenceNetwork.of(torch, network, waves(network), normalization, ComputeType.FP32)) {
            return inference
                    .logits(torch.manager(), image.flip(), 1, ComputeType.FP32)
                    .toFloatArray();
        }
    }

    /** The values that {@code published-logits.py} gives the published networks, by the same formula. */
    private static Weights waves(Network network) {
        Map<String, float[]> values = new LinkedHashMap<>();
        int index = 0;
        for (Op op : network.ops()) {
            if (op instanceof Op.BatchNorm norm) {
                values.put(norm.name() + ".weight", wave(norm.channels(), index, 0, 0.8, 0.2));
                values.put(norm.name() + ".bias", wave(norm.channels(), index, 1, 0, 0.2));
                values.put(Weights.runningMean(norm), wave(norm.channels(), index, 2, 0, 0.2));
                values.put(Weights.runningVariance(norm), wave(norm.channels(), index, 3, 1, 0.3));
                index++;
            } else if (op instanceof Op.Convolution c) {
                int fanIn = c.inChannels() / c.groups() * c.kernel() * c.kernel();
                values.put(c.name() + ".weight", wave(c.outChannels() * fanIn, index++, 0, 0, Math.sqrt(3.0 / fanIn)));
            } else if (op instanceof Op.Linear l) {
                double scale = Math.sqrt(3.0 / l.inFeatures());
                values.put(l.name() + ".weight", wave(l.outFeatures() * l.inFeatures(), index, 0, 0, scale));
                values.put(l.name() + ".bias", wave(l.outFeatures(), index++, 1, 0, 0.2));
            }
        }
        return new Weights(values);
    }

    private static float[] wave(int count, int index, double phase, double centre, double scale) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (centre + scale * Math.sin(0.37 * i + index + phase));
        }
        return values;
    }

    /** @param name family, depth or 0, width, and the variant or nothing for the original */
    private static Network network(String name, int side, int classes) {
        String[] words = name.split(" ");
        ModelFamily family = Arrays.stream(ModelFamily.values())
                .filter(f -> f.toString().equals(words[0]))
                .findFirst()
                .orElseThrow();
        Integer depth = words[1].equals("0") ? null : Integer.valueOf(words[1]);
        ResidualStyle style =
                words.length < 4 ? ResidualStyle.ORIGINAL : new ModelTweaks(Variant.valueOf(words[3]), true);
        Model model = new Model(family, depth, Double.parseDouble(words[2]));
        return NetworkFamilies.build(model, style, 3, side, side, classes);
    }
}
