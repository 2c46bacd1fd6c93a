package dev.distillery.trainer.publish;

import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.Result;
import dev.distillery.report.Stage;
import dev.distillery.trainer.gate.Latency;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A small published student. */
final class BundleFixture {
    static final List<String> CLASSES = List.of("shirt", "shoe|boot", "bag");

    private BundleFixture() {}

    static Bundle bundle(String runId, Integer version, Path... destinations) {
        String[] uris =
                Arrays.stream(destinations).map(path -> "file://" + path).toArray(String[]::new);
        return bundle(runId, ModelInput.Form.PIXELS, CLASSES, recipe(version, uris));
    }

    static Bundle bundle(String runId, ModelInput.Form form, List<String> classes, ResolvedRecipe recipe) {
        List<CurvePoint> curve = new ArrayList<>();
        for (int epoch = 1; epoch <= 8; epoch++) {
            curve.add(new CurvePoint(Stage.TEACHER, epoch, 1.2 / epoch, 1 - 0.5 / epoch, 0.4));
            curve.add(new CurvePoint(Stage.STUDENT, epoch, 1.8 / epoch, 1 - 0.6 / epoch, 0.4));
        }
        return new Bundle(
                runId,
                recipe,
                "onnx".getBytes(StandardCharsets.US_ASCII),
                "int8".getBytes(StandardCharsets.US_ASCII),
                new ModelInput(form, 28, 28, 1, new float[] {0.286f}, new float[] {0.353f}, null),
                "bf16",
                classes,
                new DataFacts(60_000, 30, "d".repeat(64)),
                new Result(0.9, 0.93, 3.1e-6, 1, 77_850, 272_474L, 4, 0.4, 12.5, new Result.Int8(0.89, 4, 0.3, true)),
                Map.of(
                        Bundle.MODEL,
                        List.of(new Latency(1, 1, 200, 0.4, 0.5), new Latency(8, 1, 200, 2.4, 2.5)),
                        Bundle.INT8_MODEL,
                        List.of(new Latency(1, 1, 200, 0.3, 0.4), new Latency(8, 1, 200, 1.4, 1.5))),
                curve,
                new double[] {0.9, Double.NaN, 0.75},
                new int[][] {{9, 1, 0}, {0, 0, 0}, {3, 2, 15}},
                List.of("spec.dataset.train.images.sha256: absent"),
                new Origin(
                        new TrainerBuild("1.2.3", "0123abc"), "registry.example.com/trainer@sha256:" + "e".repeat(64)));
    }

    static ResolvedRecipe recipe(Integer version, String... uris) {
        String yaml =
                """
                apiVersion: distillery.dev/v1alpha1
                kind: TrainingRecipe
                metadata: {name: fashion}
                spec:
                  dataset:
                    train: {images: {uri: "file:///t"}, labels: {uri: "file:///tl"}}
                    validation: {images: {uri: "file:///v"}, labels: {uri: "file:///vl"}}
                  teacher: {model: {family: resnet-cifar, depth: 20}, epochs: 8}
                  student: {model: {family: resnet-cifar, depth: 8}, epochs: 8}
                  tricks: {warmup: {enabled: false}}
                  publish:
                    destinations: [%s]
                """
                                .formatted(Arrays.stream(uris)
                                        .map(uri -> "{uri: \"" + uri + "\"}")
                                        .collect(Collectors.joining(", ")))
                        + (version == null ? "" : "    version: " + version + "\n");
        RecipeDocument document = RecipeDocument.parse(yaml);
        return RecipeResolver.resolve(document.namespace(), document.name(), document.spec());
    }
}
