package dev.distillery.trainer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.recipe.ResolvedRecipe;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class BundleFilesTest {
    private final Bundle bundle = BundleFixture.bundle("run-1", null, Path.of("/models"));

    @Test
    void holdsAllFilesAndTheModelsDigest() {
        BundleFiles files = BundleFiles.of(bundle, null);
        assertThat(files.files().keySet())
                .containsExactly(
                        "model.onnx",
                        "model-int8.onnx",
                        "config.pbtxt",
                        "labels.txt",
                        "preprocessing.json",
                        "provenance.json",
                        "recipe.json",
                        "learning-curve.png",
                        "learning-curve.svg",
                        "model-card.md",
                        "report.json",
                        "SHA256SUMS");
        // printf onnx | sha256sum
        assertThat(files.sha256()).isEqualTo("87e93f89f2be0db364e8be052f79f389e6c2da239831922e24513288af522a43");
        assertThat(files.files().get("labels.txt")).asString().isEqualTo("shirt\nshoe|boot\nbag\n");
    }

    @Test
    void theCardSaysWhichTweaksAMobileNetTakes() throws JsonProcessingException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode recipe = json.valueToTree(BundleFixture.recipe(null, "file:///models"));
        recipe.withObject("/spec/student/model").put("family", "mobilenet-v2").put("width", 0.5);
        recipe.withObject("/spec/student/model").remove("depth");
        Bundle mobile = BundleFixture.bundle(
                "run-1", ModelInput.Form.PIXELS, bundle.classes(), json.treeToValue(recipe, ResolvedRecipe.class));
        assertThat(text("model-card.md", mobile))
                .contains("A mobilenet-v2-x0.5 of 77,850 parameters")
                .contains("The variant of modelTweaks is a ResNet's and changes nothing in mobilenet-v2");
        assertThat(text("model-card.md", bundle)).doesNotContain("The variant of modelTweaks");
    }

    @Test
    void theChecksumsAreThoseOfEveryOtherFile() {
        Map<String, byte[]> files = BundleFiles.of(bundle, null).files();
        Map<String, String> sums = Checksums.parse(files.get("SHA256SUMS"));
        Set<String> others = new TreeSet<>(files.keySet());
        others.remove("SHA256SUMS");
        assertThat(sums.keySet()).isEqualTo(others);
        assertThat(sums)
                .containsEntry("model.onnx", "87e93f89f2be0db364e8be052f79f389e6c2da239831922e24513288af522a43");
    }

    @Test
    void theProvenanceSaysWhatMadeTheModels() throws IOException {
        JsonNode statement = json("provenance.json", bundle);
        assertThat(statement.get("_type").asText()).isEqualTo("https://in-toto.io/Statement/v1");
        assertThat(statement.get("predicateType").asText()).isEqualTo("https://slsa.dev/provenance/v1");
        assertThat(statement.at("/subject/0/name").asText()).isEqualTo("model.onnx");
        assertThat(statement.at("/subject/0/digest/sha256").asText())
                .isEqualTo("87e93f89f2be0db364e8be052f79f389e6c2da239831922e24513288af522a43");
        assertThat(statement.at("/subject/1/name").asText()).isEqualTo("model-int8.onnx");
        JsonNode definition = statement.at("/predicate/buildDefinition");
        assertThat(definition.at("/externalParameters/recipeDigest").asText())
                .isEqualTo("sha256:" + bundle.recipe().digest());
        assertThat(definition.at("/internalParameters/seed").asLong())
                .isEqualTo(bundle.recipe().spec().training().seed());
        assertThat(definition.at("/resolvedDependencies/0/digest/sha256").asText())
                .isEqualTo("d".repeat(64));
        assertThat(definition.at("/resolvedDependencies"))
                .extracting(each -> each.path("uri").asText())
                .containsExactly(
                        "",
                        "file:///t",
                        "file:///tl",
                        "file:///v",
                        "file:///vl",
                        "registry.example.com/trainer@sha256:" + "e".repeat(64));
        assertThat(definition.at("/resolvedDependencies/5/digest/sha256").asText())
                .isEqualTo("e".repeat(64));
        assertThat(statement
                        .at("/predicate/runDetails/builder/version/sourceRevision")
                        .asText())
                .isEqualTo("0123abc");
        assertThat(statement.at("/predicate/runDetails/metadata/invocationId").asText())
                .isEqualTo("run-1");
    }

    @Test
    void thePreprocessingIsThereForPrograms() throws IOException {
        JsonNode pixels = json("preprocessing.json", bundle);
        assertThat(pixels.get("input"))
                .hasToString("{\"name\":\"images\",\"datatype\":\"UINT8\",\"shape\":[-1,28,28,1],\"layout\":\"NHWC\"}");
        assertThat(operations(pixels)).containsExactly("color", "resize");
        assertThat(pixels.at("/steps/0/channels").asText()).isEqualTo("GRAY");
        JsonNode normalised = json(
                "preprocessing.json",
                BundleFixture.bundle("run-1", ModelInput.Form.NORMALISED, BundleFixture.CLASSES, bundle.recipe()));
        assertThat(operations(normalised)).containsExactly("color", "resize", "normalize", "transpose");
        assertThat(normalised.at("/steps/2/mean/0").asDouble()).isEqualTo(0.286);
        assertThat(normalised.at("/input/layout").asText()).isEqualTo("NCHW");
        ModelInput photographs = new ModelInput(ModelInput.Form.PIXELS, 224, 224, 3, new float[3], new float[3], 256);
        PreprocessingContract contract = PreprocessingContract.of(photographs, 3);
        assertThat(contract.steps())
                .extracting(PreprocessingContract.Step::operation)
                .containsExactly("orient", "color", "resize", "centerCrop");
        assertThat(contract.steps().get(2).shorterSide()).isEqualTo(256);
    }

    @Test
    void theCardShowsBothModelsAndHowToCheckThem() {
        String card = text("model-card.md", bundle);
        assertThat(card)
                .contains("| model.onnx | 0.9000 | 4 | 8 | 1 | 2.400 | 2.500 |")
                .contains("| model-int8.onnx | 0.8900 | 4 | 1 | 1 | 0.300 | 0.400 |")
                .contains("Distillery 1.2.3, sources at `0123abc`")
                .contains("sha256sum -c SHA256SUMS")
                .doesNotContain("cosign");
        assertThat(ModelCard.render(bundle, true, true)).contains("cosign verify-blob --key cosign.pub");
    }

    @Test
    void whichTrainerThisIsIsKnown() {
        TrainerBuild build = TrainerBuild.current();
        assertThat(build.version()).matches("\\d+\\.\\d+\\.\\d+.*");
        assertThat(build.revision()).matches("[0-9a-f]{40}(-dirty)?|unknown");
    }

    private static List<String> operations(JsonNode contract) {
        return StreamSupport.stream(contract.get("steps").spliterator(), false)
                .map(step -> step.get("operation").asText())
                .toList();
    }

    private static JsonNode json(String name, Bundle bundle) throws IOException {
        return new ObjectMapper().readTree(text(name, bundle));
    }

    @Test
    void sameBundleSameBytes() {
        Map<String, byte[]> first = BundleFiles.of(bundle, null).files();
        BundleFiles.of(bundle, null)
                .files()
                .forEach((name, content) -> assertThat(content).as(name).isEqualTo(first.get(name)));
    }

    @Test
    void theCardTellsDataTricksFiguresAndUse() {
        String card = text("model-card.md", bundle);
        assertThat(card)
                .contains("# fashion")
                .contains("distilled from a resnet-cifar-20")
                .contains("60,000 training and 30 validation images")
                .contains("| warmup | no | epochs 5, form linear, startFraction 0 |")
                .contains("| distillation | yes | temperature 4, hardLabelWeight 0.1, decoupled none |")
                .contains("- Computed in bf16 on the CPU with 2 threads")
                .contains("- SGD: momentum 0.9, nesterov true, weightDecay 0.0005")
                .contains("| noBiasDecay | yes | – |")
                .contains("| 0 | shirt | 10 | 0.9000 | shoe\\|boot (1) |")
                .contains("| 1 | shoe\\|boot | 0 | no images | none |")
                .contains("spec.dataset.train.images.sha256: absent")
                .contains("pixels.reshape(1, 28, 28, 1)  # uint8")
                .contains("{\"images\": images}")
                .contains("(learning-curve.svg)")
                .doesNotContain("null");
        Bundle normalised =
                BundleFixture.bundle("run-1", ModelInput.Form.NORMALISED, BundleFixture.CLASSES, bundle.recipe());
        assertThat(text("model-card.md", normalised))
                .contains("mean = np.array([0.286], dtype=np.float32)")
                .contains("transpose(0, 3, 1, 2)")
                .contains("{\"input\": images}");
    }

    @Test
    void theReportCanBeReadBack() throws Exception {
        PublishedReport report =
                PublishedReport.read(BundleFiles.of(bundle, null).files().get("report.json"));
        assertThat(report.runId()).isEqualTo("run-1");
        assertThat(report.recall()).containsExactly(0.9, null, 0.75);
        assertThat(report.learningCurve()).hasSize(16);
        assertThat(report.result()).isEqualTo(bundle.result());
    }

    @Test
    void theChartIsAPictureInBothForms() throws Exception {
        Map<String, byte[]> files = BundleFiles.of(bundle, null).files();
        BufferedImage png = ImageIO.read(new ByteArrayInputStream(files.get("learning-curve.png")));
        assertThat(png.getWidth()).isEqualTo(1120);
        DocumentBuilderFactory xml = DocumentBuilderFactory.newInstance();
        xml.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        Document svg = xml.newDocumentBuilder().parse(new ByteArrayInputStream(files.get("learning-curve.svg")));
        assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
    }

    @Test
    void tensorsOfAConfigAreReadWhateverItsLayout() {
        assertThat(TritonConfig.tensors(TritonConfig.render(bundle)))
                .containsExactly("images TYPE_UINT8 [28,28,1]", "probabilities TYPE_FP32 [3]", "logits TYPE_FP32 [3]");
        assertThat(TritonConfig.tensors(
                        "input [{name:\"a\",data_type:TYPE_FP32 # x\n dims:[1, 2]}] instance_group [{count: 2}]"))
                .containsExactly("a TYPE_FP32 [1,2]");
    }

    private static String text(String name, Bundle bundle) {
        return new String(BundleFiles.of(bundle, null).files().get(name), StandardCharsets.UTF_8);
    }
}
