package dev.distillery.trainer.tricks.mixedprecision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network.Model;
import dev.distillery.trainer.golden.Exactness;
import dev.distillery.trainer.golden.GoldenFile;
import dev.distillery.trainer.golden.GoldenInputs;
import dev.distillery.trainer.golden.Summary;
import dev.distillery.trainer.loss.CrossEntropy;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.ParameterSpec;
import dev.distillery.trainer.network.ResidualNetworks;
import dev.distillery.trainer.network.ResidualStyle;
import dev.distillery.trainer.network.TrainingValues;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.optimizer.DecayRule;
import dev.distillery.trainer.optimizer.Sgd;
import dev.distillery.trainer.precision.ComputeType;
import dev.distillery.trainer.precision.LossScale;
import dev.distillery.trainer.precision.Precision;
import dev.distillery.trainer.torchscript.LibTorch;
import dev.distillery.trainer.torchscript.TrainingNetwork;
import dev.distillery.trainer.tricks.labelsmoothing.LabelSmoothing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole steps (forward, loss, backward, SGD with Nesterov and two groups) against PyTorch with the same casts. */
class StepGoldenTest {
    private static final GoldenFile FILE = GoldenFile.read("precision");
    private static final GoldenFile.Case FACTS = new GoldenFile.Case(FILE.root());

    private static final boolean SAME_KERNELS =
            kernels().equals(FILE.root().get("kernels").asText());

    private static final ResidualStyle MARKED = new ResidualStyle() {
        @Override
        public boolean zeroGamma() {
            return true;
        }
    };

    private static final Network NETWORK = ResidualNetworks.build(
            new Model(ModelFamily.RESNET_CIFAR, 8),
            MARKED,
            1,
            FACTS.integer("size"),
            FACTS.integer("size"),
            FACTS.integer("classes"));

    static Stream<GoldenFile.Case> cases() {
        return FILE.cases();
    }

    /** How far off the loss, and the way that each parameter has moved, may be. */
    private record Bound(double loss, double moved) {}

    private static Bound bound(ComputeType type) {
        if (type == ComputeType.FP32) {
            // Where the way is shortest, 2e-4 of a β between 1 and 2, five roundings to FP32 of 6e-8 each are 1.4e-3 of
            // it.
            return new Bound(1e-6, 2e-3);
        }
        if (!SAME_KERNELS) {
            // Other kernels sum in another order. A rounding that flips in 8 or 11 bits spreads from layer to
            // layer, until after five steps two runs are as far apart as one of them is from FP32.
            return new Bound(5e-3, 0.5);
        }
        // The same kernels: equal casts give equal bits, but for the FP32 parts. FP16 starts with large logits.
        return new Bound(1e-6, type == ComputeType.BF16 ? 1e-4 : 5e-3);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stepsArePyTorchsInTheSameType(GoldenFile.Case golden) {
        ComputeType type = ComputeType.valueOf(golden.name().toUpperCase(Locale.ROOT));
        LossScale scale = type == ComputeType.FP16 ? new DynamicLossScale() : LossScale.NONE;
        Weights start = start(golden.integer("headFactor"));
        Weights end = train(start, new Precision(type, scale), scale, golden);
        for (Map.Entry<String, Summary> expected : golden.summaries("moved").entrySet()) {
            float[] moved = minus(end.get(expected.getKey()), start.get(expected.getKey()));
            double error = expected.getValue().error(moved);
            Exactness.assertWithin(
                    "step " + type + ": weights",
                    expected.getKey(),
                    error,
                    bound(type).moved());
        }
    }

    private static Weights start(int headFactor) {
        Map<String, float[]> values =
                new HashMap<>(GoldenInputs.weights(NETWORK).values());
        float[] head = values.get("fc.weight");
        for (int i = 0; i < head.length; i++) {
            head[i] *= headFactor;
        }
        return new Weights(values);
    }

    private static Weights train(Weights start, Precision precision, LossScale scale, GoldenFile.Case golden) {
        int batch = FACTS.integer("batch");
        DecayRule weights =
                p -> p.kind() == ParameterSpec.Kind.CONVOLUTION_WEIGHT || p.kind() == ParameterSpec.Kind.LINEAR_WEIGHT;
        TrainingNetwork.Setup setup = new TrainingNetwork.Setup(
                NETWORK,
                GoldenInputs.normalization(1),
                new CrossEntropy(new LabelSmoothing(FACTS.number("smoothing"))),
                new Sgd(FACTS.number("momentum"), true, FACTS.number("weightDecay")),
                weights,
                precision,
                null);
        try (LibTorch torch = LibTorch.start(2, false);
                TrainingNetwork network =
                        new TrainingNetwork(torch, setup, TrainingValues.initial(NETWORK, start, false))) {
            JsonNode outcomes = golden.json().get("outcomes");
            for (int step = 0; step < outcomes.size(); step++) {
                JsonNode expected = outcomes.get(step);
                assertThat(scale.value()).isEqualTo(expected.get("scale").asDouble());
                TrainingNetwork.Outcome got = network.step(
                        GoldenInputs.images("step-images-" + step, NETWORK, batch),
                        GoldenInputs.labelBuffer("step-labels-" + step, batch, NETWORK.classes()),
                        batch,
                        null,
                        FACTS.number("rate"));
                double error =
                        Exactness.relative(got.loss(), expected.get("loss").asDouble());
                Exactness.assertWithin(
                        "step " + precision.type() + ": loss",
                        "step " + step,
                        error,
                        bound(precision.type()).loss());
                boolean skipped = expected.get("skipped").asBoolean();
                // The last step that overflows is at the edge of FP16's range: with other kernels it may fit, and the
                // two have nothing in common from there on.
                boolean edge =
                        skipped && !outcomes.path(step + 1).path("skipped").asBoolean();
                assumeTrue(
                        SAME_KERNELS || !edge || got.skipped(),
                        "step " + step + " is at the edge of FP16's range with the kernels of this CPU");
                assertThat(got.skipped()).as("step %d is skipped", step).isEqualTo(skipped);
            }
            return network.weights();
        }
    }

    /** As {@code kernels()} in {@code precision.py}. */
    private static String kernels() {
        Set<String> flags;
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            flags = lines.filter(line -> line.startsWith("flags"))
                    .flatMap(line -> Stream.of(line.split("\\s+")))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean amx = flags.contains("amx_bf16") && !"AVX512_CORE_BF16".equals(System.getenv("ONEDNN_MAX_CPU_ISA"));
        return flags.contains("avx512_bf16") && !amx ? "avx512_bf16" : "others";
    }

    private static float[] minus(float[] end, float[] start) {
        float[] difference = new float[end.length];
        for (int i = 0; i < end.length; i++) {
            difference[i] = end[i] - start[i];
        }
        return difference;
    }
}
