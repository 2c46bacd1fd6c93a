package dev.distillery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.report.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recipe of photographs, checked without training. The files need not be pictures here. */
class FolderCheckTest {
    private static final String TEXT =
            """
            apiVersion: distillery.dev/v1alpha1
            kind: TrainingRecipe
            metadata: {name: photographs}
            spec:
              dataset:
                format: imageFolder
                train: {folder: {uri: data/train}}
                validation: {folder: {uri: data/validation}}
                imageSize: 64
                augmentation: {randomResizedCrop: {}, flip: true}
              teacher: {model: {family: resnet, depth: 34}, epochs: 8}
              student: {model: {family: resnet, depth: 18}, epochs: 8}
              training: {batchSize: 2}
            """;

    @TempDir
    private Path folder;

    private Path recipe;

    @BeforeEach
    void write() throws IOException {
        for (String name : List.of("cat", "dog")) {
            for (int i = 0; i < 3; i++) {
                file("data/train/" + name + "/" + i + ".jpg", name + i);
            }
            file("data/validation/" + name + "/0.png", name);
        }
        recipe = Files.writeString(folder.resolve("photographs.yaml"), TEXT);
    }

    @Test
    void foldersBesideTheRecipeAreFoundAndCounted() {
        assertThat(findings()).isEmpty();
        assertThat(validate()).contains("ok").containsPattern("trainImages +6").containsPattern("validationImages +2");
    }

    /** What {@code validate} prints, written into the recipe, holds until a file changes. */
    @Test
    void validatePrintsTheDigestThatTheRecipeMayName() throws IOException {
        String digest = validate().replaceAll("(?s).*trainSha256 +([0-9a-f]{64}).*", "$1");
        assertThat(digest).hasSize(64);
        assertThat(findings("spec.dataset.train.folder.sha256=" + digest)).isEmpty();
        file("data/train/cat/0.jpg", "other");
        assertThat(findings("spec.dataset.train.folder.sha256=" + digest))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.code()).isEqualTo(ExitCode.INVALID_DATA);
                    assertThat(finding.violation().path()).isEqualTo("spec.dataset.train.folder.sha256");
                });
    }

    @Test
    void aMissingFolderIsInvalidData() {
        only("spec.dataset.train.folder.uri=elsewhere", "spec.dataset.train.folder.uri", "no folder at");
    }

    @Test
    void classesMustAgree() throws IOException {
        file("data/train/emu/0.jpg", "emu");
        only("spec.training.seed=1", "spec.dataset.validation.folder", "[cat, dog]");
        Files.createDirectories(folder.resolve("data/validation/emu"));
        only("spec.training.seed=1", "spec.dataset.validation.folder", "no image in sub-folder 'emu'");
    }

    @Test
    void classesOfTheRecipeMustBeTheSubFolders() {
        only("spec.dataset.classes=[dog, cat]", "spec.dataset.classes", "[dog, cat]");
        assertThat(findings("spec.dataset.classes=[cat, dog]")).isEmpty();
    }

    @Test
    void filesThatCannotBeUsedAreCounted() throws IOException {
        file("data/train/cat/empty.jpg", "");
        file("data/train/cat/other.webp", "x");
        only("spec.training.seed=1", "spec.dataset.maxBadImages", "2 files");
        assertThat(findings("spec.dataset.maxBadImages=2")).isEmpty();
    }

    private void only(String override, String path, String got) {
        assertThat(findings(override)).singleElement().satisfies(finding -> {
            assertThat(finding.violation().path()).isEqualTo(path);
            assertThat(finding.violation().got()).contains(got);
        });
    }

    private List<Finding> findings(String... overrides) {
        RecipeFile file = RecipeFile.load(
                recipe,
                List.of(overrides).stream().map(FieldOverride::parse).toList(),
                folder.resolve("models").toString(),
                "unused");
        return DatasetCheck.of(file.document().spec().dataset(), null).findings();
    }

    private String validate() {
        StringWriter out = new StringWriter();
        Distillery.commandLine(
                        new Terminal(false, false, 80, false), new PrintWriter(out, true), new PrintWriter(out, true))
                .execute("validate", recipe.toString());
        return out.toString();
    }

    private void file(String path, String content) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
