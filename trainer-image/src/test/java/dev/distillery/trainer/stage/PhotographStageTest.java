package dev.distillery.trainer.stage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.image.ImageDecoder;
import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.report.ExitCode;
import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.report.TrainerEnvironment;
import dev.distillery.trainer.data.folder.PhotographFixture;
import dev.distillery.trainer.predict.Predict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole stages on photographs, and the published model on the files that it was measured on. */
class PhotographStageTest {
    private static final int STEPS_PER_EPOCH = 6;

    @TempDir
    Path folder;

    private PhotographFixture photographs;

    @BeforeEach
    void write() {
        photographs = new PhotographFixture(folder);
    }

    @Test
    void predictAgreesWithTheGate() throws IOException {
        RunReport report = run(Stage.STUDENT, 0);
        assertThat(report.succeeded()).as(report.message()).isTrue();
        assertThat(report.result().parityError()).isLessThan(1e-4);
        List<String> arguments = new ArrayList<>();
        arguments.add(folder.resolve("models/photographs").toString());
        try (Stream<Path> files = Files.walk(photographs.file("validation"))) {
            files.filter(Files::isRegularFile).map(Path::toString).forEach(arguments::add);
        }
        arguments.addAll(List.of("--output", "json"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int code = new Predict(new PrintStream(out, true, StandardCharsets.UTF_8), System.err).run(arguments);
        assertThat(code).isZero();
        int right = 0;
        JsonNode predictions = new ObjectMapper().readTree(out.toByteArray());
        for (JsonNode each : predictions) {
            String name = Path.of(each.get("image").asText())
                    .getParent()
                    .getFileName()
                    .toString();
            right += each.at("/predictions/0/class").asText().equals(name) ? 1 : 0;
        }
        assertThat(predictions).hasSize(10);
        assertThat(right / 10.0).isEqualTo(report.result().top1());
    }

    @Test
    void imagesThatWereLeftOutStandOnTheModelCard() throws IOException {
        Files.write(photographs.file("train/circle/0.jpg"), new byte[0]);
        RunReport refused = run(Stage.STUDENT, 0);
        assertThat(refused.reason()).isEqualTo(ExitCode.INVALID_DATA.reason());
        assertThat(refused.message()).contains("1 image", "circle/0.jpg: the file is empty");
        assertThat(run(Stage.STUDENT, 1).succeeded()).isTrue();
        assertThat(folder.resolve("models/photographs/1/model-card.md"))
                .content()
                .contains("1 image could not be used and was left out", "23 training and 10 validation images")
                .contains("random resized crop (0.08 to 1.0 of the area, width/height 0.7500 to 1.333), flip true")
                .contains("exif_transpose", "side, size = 37, 32");
    }

    @Test
    void photographsThatAreKeptMayVanishInTheMiddle() throws IOException {
        RunReport report = run(Stage.STUDENT, 0, new FailingClock(0, () -> move("train", "elsewhere")));
        assertThat(report.succeeded()).as(report.message()).isTrue();
        assertThat(photographs.file("elsewhere")).exists();
    }

    @Test
    void aFolderThatVanishesInTheMiddleEndsTheStageAndGoesOnOnceItIsBack() throws IOException {
        RunReport gone =
                withoutRoom(() -> run(Stage.STUDENT, 0, new FailingClock(0, () -> move("train", "elsewhere"))));
        assertThat(gone.reason()).isEqualTo(ExitCode.INVALID_DATA.reason());
        assertThat(gone.message())
                .startsWith("spec.dataset.train.folder (file://")
                .contains("has changed since the run began", "No such file", "restore it and start again");
        move("elsewhere", "train");
        goesOn();
    }

    @Test
    void aFileThatIsCutInTheMiddleEndsTheStageAndGoesOnOnceItIsWhole() throws IOException {
        Path file = photographs.file("train/square/3.jpg");
        byte[] whole = Files.readAllBytes(file);
        RunReport cut = withoutRoom(() -> run(
                Stage.STUDENT, 0, new FailingClock(0, () -> write(file, Arrays.copyOf(whole, whole.length * 2 / 3)))));
        assertThat(cut.reason()).isEqualTo(ExitCode.INVALID_DATA.reason());
        assertThat(cut.message())
                .contains("square/3.jpg has changed since the run began", "broken", "restore it and start again")
                .doesNotContain("too large");
        write(file, whole);
        goesOn();
    }

    private void goesOn() throws IOException {
        RunReport report = run(Stage.STUDENT, 0);
        assertThat(report.succeeded()).as(report.message()).isTrue();
        assertThat(report.resumption().resumedFromStep()).isEqualTo(STEPS_PER_EPOCH);
    }

    private interface Run {
        RunReport run() throws IOException;
    }

    /** Decoded images cannot be kept, so files are read in each epoch. */
    private RunReport withoutRoom(Run body) throws IOException {
        // The decoder's library is unpacked to the temporary folder.
        ImageDecoder.ofThisMachine();
        String before = System.setProperty(
                "java.io.tmpdir", folder.resolve("no-such-folder").toString());
        try {
            return body.run();
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
    }

    private void move(String from, String to) {
        try {
            Files.move(photographs.file(from), photographs.file(to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RunReport run(Stage stage, int maxBadImages) throws IOException {
        return run(stage, maxBadImages, Clock.systemUTC());
    }

    private RunReport run(Stage stage, int maxBadImages, Clock clock) throws IOException {
        String recipe =
                """
                apiVersion: distillery.dev/v1alpha1
                kind: TrainingRecipe
                metadata: {name: photographs}
                spec:
                  dataset:
                    format: imageFolder
                    train: {folder: {uri: "file://%1$s/train"}}
                    validation: {folder: {uri: "file://%1$s/validation"}}
                    imageSize: %3$d
                    maxBadImages: %2$d
                    augmentation: {randomResizedCrop: {}, flip: true}
                  student: {model: {family: resnet-cifar, depth: 8}, epochs: 2}
                  training: {batchSize: 4}
                  tricks: {warmup: {enabled: false}, distillation: {enabled: false}}
                  compute: {cpus: 1}
                  publish: {destinations: [{uri: "file://%1$s/models"}]}
                """
                        .formatted(folder, maxBadImages, PhotographFixture.SIZE);
        Path file = folder.resolve("recipe.json");
        RecipeDocument document = RecipeDocument.parse(recipe);
        new ObjectMapper().writeValue(file.toFile(), RecipeResolver.resolve("default", "photographs", document.spec()));
        Path termination = folder.resolve("termination");
        new StageRunner(
                        stage,
                        Map.of(
                                TrainerEnvironment.RECIPE, file.toString(),
                                TrainerEnvironment.WORKSPACE,
                                        folder.resolve("workspace").toString(),
                                TrainerEnvironment.RUN_ID, "run-" + maxBadImages,
                                TrainerEnvironment.TERMINATION_MESSAGE_PATH, termination.toString()),
                        clock)
                .run();
        return ReportJson.readRun(Files.readString(termination));
    }
}
