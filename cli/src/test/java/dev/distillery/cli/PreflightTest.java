package dev.distillery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.report.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreflightTest {
    private static final long GIB = 1L << 30;
    private static final Machine LAPTOP = new Machine(8 * GIB, 6 * GIB, 4, 0);
    private static final String OTHER_SHA = "ab".repeat(32);

    @TempDir
    private Path folder;

    private Path recipe;

    @BeforeEach
    void write() throws IOException {
        recipe = Recipes.in(folder);
    }

    @Test
    void aRecipeThatFitsHasNoFindings() {
        assertThat(findings()).isEmpty();
        assertThat(folder.resolve("models")).isEmptyDirectory();
    }

    @Test
    void aBatchThatTheDataCannotFillIsInvalid() {
        Finding finding = only("spec.training.batchSize=11");
        assertThat(finding.code()).isEqualTo(ExitCode.INVALID_RECIPE);
        assertThat(finding.violation().toString())
                .isEqualTo("spec.training.batchSize: got 11, expected at most the 10 training images");
        assertThat(findings("spec.training.batchSize=10")).isEmpty();
    }

    @Test
    void aMissingFileIsInvalidData() throws IOException {
        Files.delete(folder.resolve("data/train-labels.gz"));
        Finding finding = only();
        assertThat(finding.code()).isEqualTo(ExitCode.INVALID_DATA);
        assertThat(finding.violation().path()).isEqualTo("spec.dataset.train.labels.uri");
        assertThat(finding.violation().got()).isEqualTo("no file at " + folder.resolve("data/train-labels.gz"));
    }

    @Test
    void anotherChecksumIsInvalidDataAndSaysBoth() {
        Finding finding = only("spec.dataset.train.images.sha256=" + OTHER_SHA);
        assertThat(finding.code()).isEqualTo(ExitCode.INVALID_DATA);
        assertThat(finding.violation().path()).isEqualTo("spec.dataset.train.images.sha256");
        assertThat(finding.violation().got())
                .matches("[0-9a-f]{64} of .*train-images.gz")
                .doesNotContain(OTHER_SHA);
        assertThat(finding.violation().expected()).startsWith(OTHER_SHA).contains("get the file again");
    }

    @Test
    void aTruncatedArchiveIsInvalidData() throws IOException {
        Path file = folder.resolve("data/train-images.gz");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 12));
        assertThat(only().violation().got()).contains("truncated");
    }

    @Test
    void missingImagesAreInvalidData() throws IOException {
        byte[] whole = Recipes.images(10, 4);
        Files.write(folder.resolve("data/train-images.gz"), Recipes.gzip(Arrays.copyOf(whole, whole.length - 16)));
        assertThat(only().violation().got()).contains("144 bytes of data where its header says 160");
    }

    @Test
    void garbageIsInvalidData() throws IOException {
        Files.writeString(folder.resolve("data/train-images.gz"), "<html>404 not found</html>");
        assertThat(only().violation().got()).contains("no IDX file");
    }

    @Test
    void plainFilesAreReadLikeCompressedOnes() throws IOException {
        Files.write(folder.resolve("data/train-images.gz"), Recipes.images(10, 4));
        assertThat(findings()).isEmpty();
    }

    @Test
    void countsMustAgree() throws IOException {
        Files.write(folder.resolve("data/train-labels.gz"), Recipes.gzip(Recipes.labels(9, 3)));
        assertThat(only().violation())
                .hasToString("spec.dataset.train.labels: got 9 labels, expected 10, one for each image");
    }

    @Test
    void labelsMustHaveAClass() throws IOException {
        Files.write(folder.resolve("data/validation-labels.gz"), Recipes.gzip(Recipes.labels(5, 4)));
        assertThat(only().violation().got()).isEqualTo("label 3");
    }

    @Test
    void everyNameMustHaveALabel() throws IOException {
        Files.write(folder.resolve("data/train-labels.gz"), Recipes.gzip(Recipes.labels(10, 2)));
        Files.write(folder.resolve("data/validation-labels.gz"), Recipes.gzip(Recipes.labels(5, 2)));
        assertThat(only().violation())
                .hasToString(
                        "spec.dataset.classes: got 3 names, expected 2: the training labels hold 2 classes (0 to 1);"
                                + " name exactly those");
    }

    @Test
    void oneClassCannotBeLearnt() throws IOException {
        Files.write(folder.resolve("data/train-labels.gz"), Recipes.gzip(Recipes.labels(10, 1)));
        Files.write(folder.resolve("data/validation-labels.gz"), Recipes.gzip(Recipes.labels(5, 1)));
        assertThat(only("spec.dataset.classes=null").violation())
                .hasToString("spec.dataset.train.labels: got only label 0, expected at least two classes");
    }

    @Test
    void withoutNamesTheTrainingLabelsAreTheClasses() throws IOException {
        Files.write(folder.resolve("data/validation-labels.gz"), Recipes.gzip(Recipes.labels(5, 4)));
        assertThat(only("spec.dataset.classes=null").violation())
                .hasToString("spec.dataset.validation.labels: got label 3, expected 0 to 2 for 3 classes; the labels go"
                        + " up to 3, so 4 classes are needed (spec.dataset.classes)");
    }

    @Test
    void imagesWithoutPixelsAreInvalidData() throws IOException {
        Files.write(folder.resolve("data/train-images.gz"), Recipes.images(10, 0));
        assertThat(only().violation().got()).contains("size 0 in dimension 1: no entries, or images without pixels");
    }

    @Test
    void sizesMustAgree() throws IOException {
        Files.write(folder.resolve("data/validation-images.gz"), Recipes.gzip(Recipes.images(5, 3)));
        assertThat(only().violation().toString()).contains("got 3x3 pixels, expected 4x4 pixels");
    }

    @Test
    void filesOfAClaimAreLookedAtWhereTheClusterKeepsThem() throws IOException {
        Path claims = Files.createDirectories(folder.resolve("claims/data"));
        String override = "spec.dataset.train.images.uri=pvc://data/train-images.gz";
        assertThat(only(override).violation().got()).isEqualTo("no file at " + claims.resolve("train-images.gz"));
        Files.copy(folder.resolve("data/train-images.gz"), claims.resolve("train-images.gz"));
        assertThat(findings(override)).isEmpty();
    }

    @Test
    void moreMemoryThanTheMachineHasIsRefused() {
        Finding finding = only("spec.compute.memory=64Gi");
        assertThat(finding.code()).isEqualTo(ExitCode.OUT_OF_MEMORY);
        assertThat(finding.violation().toString()).contains("got 64Gi").contains("8.0 GiB");
    }

    @Test
    void moreMemoryThanIsFreeIsAWarning() {
        assertThat(findings("spec.compute.memory=7Gi")).isEmpty();
        assertThat(preflight("spec.compute.memory=7Gi").warnings())
                .containsExactly("spec.compute.memory: 7Gi asked for, 6.0 GiB of this machine's memory are free now");
    }

    @Test
    void moreProcessorsThanThereAreIsAWarning() {
        assertThat(preflight("spec.compute.cpus=9").warnings())
                .containsExactly("spec.compute.cpus: 9 asked for, this machine has 4; training will be slower");
        assertThat(preflight().warnings()).isEmpty();
    }

    @Test
    void aGpuThatIsNotThereIsRefused() {
        assertThat(only("spec.compute.gpus=1").code()).isEqualTo(ExitCode.INVALID_RECIPE);
    }

    @Test
    void aDestinationThatCannotBeWrittenIsRefused() throws IOException {
        Files.writeString(folder.resolve("models"), "a file, no folder");
        Finding finding = only();
        assertThat(finding.code()).isEqualTo(ExitCode.PUBLISH_FAILED);
        assertThat(finding.violation().toString())
                .contains("spec.publish.destinations[0].uri: got " + folder.resolve("models"))
                .contains("--destination");
    }

    @Test
    void aSuspendedRecipeWouldNeverEnd() {
        assertThat(only("spec.suspend=true").violation().path()).isEqualTo("spec.suspend");
    }

    @Test
    void allFindingsComeAtOnceAndTheFirstGivesTheExitCode() throws IOException {
        Files.delete(folder.resolve("data/train-images.gz"));
        List<Finding> findings = findings("spec.compute.memory=64Gi");
        Failure failure = Finding.failure("tiny.yaml", findings);
        assertThat(failure.code()).isEqualTo(ExitCode.INVALID_DATA);
        assertThat(failure.getMessage().lines()).hasSize(3).first().isEqualTo("tiny.yaml: 2 problems");
    }

    private Finding only(String... overrides) {
        List<Finding> findings = findings(overrides);
        assertThat(findings).hasSize(1);
        return findings.get(0);
    }

    private List<Finding> findings(String... overrides) {
        return preflight(overrides).findings();
    }

    private Preflight preflight(String... overrides) {
        RecipeFile file = RecipeFile.load(
                recipe,
                Stream.of(overrides).map(FieldOverride::parse).toList(),
                folder.resolve("models").toString(),
                "unused");
        return new Preflight(file.document().spec(), LAPTOP, folder.resolve("claims"));
    }
}
