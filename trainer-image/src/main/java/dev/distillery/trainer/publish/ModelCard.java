package dev.distillery.trainer.publish;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.recipe.Dataset;
import dev.distillery.recipe.Network;
import dev.distillery.recipe.TrainingRecipeSpec;
import dev.distillery.report.Result;
import dev.distillery.trainer.gate.Latency;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The model card (after Mitchell et al. 2019): data, recipe, tricks, figures, limits and use, as Markdown. */
final class ModelCard {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Bundle bundle;
    private final TrainingRecipeSpec spec;
    private final StringBuilder text = new StringBuilder();

    private ModelCard(Bundle bundle) {
        this.bundle = bundle;
        this.spec = bundle.recipe().spec();
    }

    /**
     * @param withChart whether {@code learning-curve.svg} lies beside the card
     * @param signed whether the checksums have a signature
     */
    static String render(Bundle bundle, boolean withChart, boolean signed) {
        ModelCard card = new ModelCard(bundle);
        card.summary();
        card.figures(withChart);
        card.data();
        card.training();
        card.tricks();
        card.limits();
        card.origin(signed);
        card.text.append(UseFromPython.render(bundle));
        return card.text.toString();
    }

    private void summary() {
        add("# %s", bundle.modelName());
        add("");
        add(
                "An image classifier: %d classes, %d × %d pixels, %s. A %s of %,d parameters%s, as ONNX.",
                bundle.classes().size(),
                bundle.input().height(),
                bundle.input().width(),
                bundle.input().channels() == 1 ? "grey" : bundle.input().channels() + " channels",
                network(spec.student()),
                bundle.result().parameters(),
                bundle.recipe().teacherHash() == null ? "" : ", distilled from a " + network(spec.teacher()));
        add("");
        add(
                "- Recipe `%s/%s`, digest `%s`",
                bundle.recipe().namespace(),
                bundle.recipe().name(),
                bundle.recipe().digest());
        add("- Run `%s`", bundle.runId());
    }

    private void figures(boolean withChart) {
        Result result = bundle.result();
        section("Figures");
        add("| figure | value |");
        add("|---|---|");
        add("| top-1 on the validation images, in ONNX Runtime | %.4f |", result.top1());
        if (result.teacherTop1() != null) {
            add("| teacher's top-1 | %.4f |", result.teacherTop1());
        }
        add("| greatest logit difference, ONNX Runtime to the trained network | %.2e |", result.parityError());
        add("| images with the same top-1 in both | %.4f |", result.agreement());
        add("| time to train the student | %.0f s |", result.trainSeconds());
        add("");
        add("In ONNX Runtime on the trainer's machine:");
        add("");
        add("| model | top-1 | bytes | images a call | threads | median, ms | 99th percentile, ms |");
        add("|---|---|---|---|---|---|---|");
        latencies(Bundle.MODEL, result.top1(), result.onnxBytes());
        if (result.int8() != null) {
            String name = result.int8().published() ? Bundle.INT8_MODEL : "INT8, not published";
            latencies(name, result.int8().top1(), result.int8().onnxBytes());
        }
        add("");
        if (withChart) {
            add("![Learning curve](learning-curve.svg)");
            add("");
        }
        add("| label | class | validation images | recall | most often taken for |");
        add("|---|---|---|---|---|");
        for (int i = 0; i < bundle.classes().size(); i++) {
            int[] row = bundle.confusion()[i];
            double recall = bundle.recall()[i];
            add(
                    "| %d | %s | %d | %s | %s |",
                    i,
                    cell(bundle.classes().get(i)),
                    Arrays.stream(row).sum(),
                    Double.isNaN(recall) ? "no images" : String.format(Locale.ROOT, "%.4f", recall),
                    mostConfused(i, row));
        }
    }

    private void latencies(String name, double top1, long bytes) {
        String file = name.equals(Bundle.MODEL) ? name : Bundle.INT8_MODEL;
        for (Latency latency : bundle.latencies().get(file)) {
            add(
                    "| %s | %.4f | %,d | %d | %d | %.3f | %.3f |",
                    name, top1, bytes, latency.batch(), latency.threads(), latency.millisP50(), latency.millisP99());
        }
    }

    private String mostConfused(int label, int[] row) {
        int most = -1;
        for (int j = 0; j < row.length; j++) {
            if (j != label && row[j] > 0 && (most < 0 || row[j] > row[most])) {
                most = j;
            }
        }
        return most < 0 ? "none" : cell(bundle.classes().get(most)) + " (" + row[most] + ")";
    }

    private void data() {
        section("Data");
        add(
                "%,d training and %,d validation images; digest over all files `%s`.",
                bundle.data().trainImages(),
                bundle.data().validationImages(),
                bundle.data().digest());
        add("");
        add("| file | URI | SHA-256 that the recipe asked for |");
        add("|---|---|---|");
        Dataset data = spec.dataset();
        sources("training", data.train());
        sources("validation", data.validation());
        add("");
        add("%s", augmentation(data.augmentation()));
    }

    private void sources(String split, Dataset.Split files) {
        source(split + " folder", files.folder());
        source(split + " images", files.images());
        source(split + " labels", files.labels());
    }

    private void source(String name, Dataset.Source source) {
        if (source != null) {
            String sha256 = source.sha256() == null ? "none" : "`" + source.sha256() + "`";
            add("| %s | `%s` | %s |", name, source.uri(), sha256);
        }
    }

    private static String augmentation(Dataset.Augmentation options) {
        Dataset.RandomResizedCrop random = options.randomResizedCrop();
        String crop = random == null
                ? "crop " + options.crop()
                : String.format(
                        Locale.ROOT,
                        "random resized crop (%s to %s of the area, width/height %.4g to %.4g)",
                        random.minScale(),
                        random.maxScale(),
                        random.minRatio(),
                        random.maxRatio());
        return "Augmentation of the training images: " + crop + ", flip " + options.flip() + ".";
    }

    private void training() {
        section("Training");
        if (bundle.recipe().teacherHash() != null) {
            add(
                    "- Teacher: %s, epochs: %d, `%s`",
                    network(spec.teacher()),
                    spec.teacher().epochs(),
                    bundle.recipe().teacherHash());
        }
        add("- Student: %s, epochs: %d", network(spec.student()), spec.student().epochs());
        add(
                "- Batch size %d, seed %d",
                spec.training().batchSize(), spec.training().seed());
        add(
                "- Computed in %s on the %s",
                bundle.computeType(),
                spec.compute().gpus() > 0 ? "GPU" : "CPU with " + spec.compute().cpus() + " threads");
        add("- SGD: %s", values((ObjectNode) MAPPER.valueToTree(spec.training().optimizer())));
        add("");
        add("The whole recipe is `recipe.json`.");
    }

    private void tricks() {
        section("Tricks");
        add("| trick | on | values |");
        add("|---|---|---|");
        ObjectNode tricks = MAPPER.valueToTree(spec.tricks());
        for (Map.Entry<String, JsonNode> trick : tricks.properties()) {
            ObjectNode values = (ObjectNode) trick.getValue();
            String on = values.path("enabled").asBoolean() ? "yes" : "no";
            values.remove("enabled");
            add("| %s | %s | %s |", trick.getKey(), on, values(values));
        }
        if (spec.tricks().modelTweaks().enabled()
                && !spec.student().model().family().hasTweakVariants()) {
            add("");
            add(
                    "The variant of modelTweaks is a ResNet's and changes nothing in %s; zeroGamma applies.",
                    spec.student().model().family());
        }
    }

    private void limits() {
        section("Limits");
        add("- Top-1 and recall hold for images like the validation images, and for nothing else. The same images"
                + " decided whether the student was published, so the best of many attempts looks better than"
                + " it is.");
        add(
                "- The network always answers with one of its %d classes; it does not know what it has never seen.",
                bundle.classes().size());
        add("- Probabilities come from a plain softmax and were not calibrated.");
        for (String warning : bundle.warnings()) {
            add("- %s", warning);
        }
    }

    private void origin(boolean signed) {
        section("Origin");
        add(
                "Trained by Distillery %s, sources at `%s`%s; `provenance.json` has it for programs, and `%s` the digest"
                        + " of every file%s.",
                bundle.origin().build().version(),
                bundle.origin().build().revision(),
                bundle.origin().image() == null
                        ? ""
                        : ", image `" + bundle.origin().image() + "`",
                Checksums.FILE,
                signed ? ", signed in `" + Checksums.SIGNATURE + "`" : "");
        add("");
        add("```bash");
        add("sha256sum -c %s", Checksums.FILE);
        if (signed) {
            add(
                    "cosign verify-blob --key cosign.pub --insecure-ignore-tlog --signature %s %s",
                    Checksums.SIGNATURE, Checksums.FILE);
        }
        add("```");
    }

    private static String values(ObjectNode fields) {
        return fields.isEmpty()
                ? "–"
                : fields.properties().stream()
                        .map(field -> field.getKey() + " " + value(field.getValue()))
                        .collect(Collectors.joining(", "));
    }

    private static String value(JsonNode value) {
        if (value.isNull()) {
            return "none";
        }
        if (value.isNumber()) {
            return value.decimalValue().stripTrailingZeros().toPlainString();
        }
        return value.isObject() ? "(" + values((ObjectNode) value) + ")" : value.asText();
    }

    private static String network(Network network) {
        return network.model().label();
    }

    private static String cell(String name) {
        return name.replace("|", "\\|");
    }

    private void section(String title) {
        add("");
        add("## %s", title);
        add("");
    }

    private void add(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
