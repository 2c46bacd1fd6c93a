package dev.distillery.trainer.data.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.recipe.Dataset;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.data.DataSet;
import dev.distillery.trainer.data.DataSets;
import dev.distillery.trainer.data.SourceLocation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong with folders and files, one at a time. Training never starts on less than it was given. */
class BadImagesTest {
    private static final Dataset.Augmentation NONE = new Dataset.Augmentation(0, null, false);

    @TempDir
    Path root;

    private PhotographFixture photographs;

    @BeforeEach
    void write() {
        photographs = new PhotographFixture(root);
    }

    /** Spoils one file of the training folder. */
    private interface Spoiling {
        void spoil(Path file) throws IOException;
    }

    static Stream<Arguments> spoilings() {
        return Stream.of(
                spoiling("is empty", file -> Files.write(file, new byte[0])),
                spoiling("is broken", file -> cut(file, 0.6)),
                spoiling("truncated", file -> cut(file, 0.01)),
                spoiling("no JPEG or PNG", file -> Files.writeString(file, "<html>404 not found</html>")),
                spoiling("cannot be read", file -> {
                    Files.delete(file);
                    Files.createSymbolicLink(file, file.resolveSibling("gone"));
                }),
                spoiling("40000x40000 pixels", file -> {
                    byte[] png = Files.readAllBytes(file.resolveSibling("2.png"));
                    ByteBuffer.wrap(png).putInt(16, 40_000).putInt(20, 40_000);
                    Files.write(file, png);
                }),
                spoiling(
                        "a format that is not read",
                        file -> Files.move(file, file.resolveSibling("0.webp"), StandardCopyOption.ATOMIC_MOVE)));
    }

    private static Arguments spoiling(String reason, Spoiling spoiling) {
        return Arguments.of(reason, spoiling);
    }

    private static void cut(Path file, double share) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, (int) (whole.length * share)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spoilings")
    void aBadImageStopsTrainingUnlessTheRecipeAllowsIt(String reason, Spoiling spoiling) throws IOException {
        spoiling.spoil(photographs.file("train/square/0.jpg"));
        refused(photographs.recipe(), ExitCode.INVALID_DATA, "1 image that", "train/square/0.", reason, "maxBadImages");
        DataSet tolerated = load(photographs.recipe(1, NONE));
        assertThat(tolerated.train().count()).isEqualTo(23);
        assertThat(tolerated.notes()).singleElement().asString().contains("1 image", "left out", "square/0.", reason);
    }

    @Test
    void oneMoreThanAllowedIsRefusedWhereverItLies() throws IOException {
        Files.write(photographs.file("train/square/0.jpg"), new byte[0]);
        cut(photographs.file("validation/circle/1.jpg"), 0.5);
        refused(
                photographs.recipe(1, NONE),
                ExitCode.INVALID_DATA,
                "2 images that",
                "at most 1",
                "train/square/0.jpg: ");
        DataSet both = load(photographs.recipe(2, NONE));
        assertThat(both.train().count()).isEqualTo(23);
        assertThat(both.validation().count()).isEqualTo(9);
    }

    @Test
    void manyBadImagesAreCountedAndSomeNamed() throws IOException {
        for (int i = 0; i < 12; i++) {
            Files.write(photographs.file("train/square/" + i + (i % 3 == 2 ? ".png" : ".jpg")), new byte[0]);
        }
        refused(photographs.recipe(), ExitCode.INVALID_DATA, "12 images", "0.jpg", "and 7 more");
        refused(
                photographs.recipe(12, NONE),
                ExitCode.INVALID_DATA,
                "no image that can be used in sub-folder 'square'");
    }

    @Test
    void otherFilesAreLeftAlone() throws IOException {
        DataSet before = load(photographs.recipe());
        Files.writeString(photographs.file("train/square/notes.txt"), "no image");
        Files.writeString(photographs.file("train/README"), "no class");
        DataSet after = load(photographs.recipe());
        assertThat(after.train().count()).isEqualTo(24);
        assertThat(after.digest()).isEqualTo(before.digest());
        assertThat(after.notes()).isEmpty();
    }

    @Test
    void foldersMustHoldTheSameClassesAndEachAnImage() throws IOException {
        photographs.write("train/star/0.png", PhotographFixture.picture("star", 20, 20, 0));
        refused(photographs.recipe(), ExitCode.INVALID_DATA, "validation.folder", "no sub-folder [star]");
        Files.createDirectories(photographs.file("validation/star"));
        refused(photographs.recipe(), ExitCode.INVALID_DATA, "validation.folder", "sub-folder 'star'");
        photographs.write("validation/star/0.png", PhotographFixture.picture("star", 20, 20, 0));
        assertThat(load(photographs.recipe()).classes()).containsExactly("circle", "square", "star");
        photographs.write("validation/moon/0.png", PhotographFixture.picture("star", 20, 20, 0));
        refused(photographs.recipe(), ExitCode.INVALID_DATA, "[moon] that training does not have");
    }

    @Test
    void oneClassOrNoneIsRefused() throws IOException {
        Files.move(photographs.file("train/square"), root.resolve("elsewhere"));
        refused(photographs.recipe(), ExitCode.INVALID_DATA, "only sub-folder circle", "at least two");
        Files.move(photographs.file("train/circle"), root.resolve("elsewhere-too"));
        refused(photographs.recipe(), ExitCode.INVALID_DATA, "no sub-folder in");
        Files.delete(photographs.file("train"));
        refused(photographs.recipe(), ExitCode.INVALID_DATA, "spec.dataset.train.folder", "got nothing at");
        Files.writeString(photographs.file("train"), "a file");
        refused(photographs.recipe(), ExitCode.INVALID_DATA, "got no folder at");
    }

    @Test
    void aSubFolderMustFitALineOfTheLabels() throws IOException {
        for (String name : List.of("a\nb", "a\n", "a\rb", " ")) {
            Path folder = Files.createDirectory(photographs.file("train/" + name));
            refused(
                    photographs.recipe(),
                    ExitCode.INVALID_DATA,
                    "spec.dataset.train.folder",
                    "sub-folder '" + name.replace("\n", "\\n").replace("\r", "\\r") + "'",
                    "labels.txt");
            Files.delete(folder);
        }
    }

    @Test
    void classesInTheRecipeMustBeTheSubFolders() {
        List<String> swapped = List.of("square", "circle");
        refused(photographs.recipe(0, NONE, swapped, null), ExitCode.INVALID_RECIPE, "[circle, square]");
        assertThat(load(photographs.recipe(0, NONE, List.of("circle", "square"), null))
                        .classes())
                .containsExactly("circle", "square");
    }

    @Test
    void anotherFolderThanTheDigestNamesIsRefused() {
        String wrong = "ab".repeat(32);
        TrainerException e = refused(photographs.recipe(0, NONE, null, wrong), ExitCode.INVALID_DATA, wrong);
        String digest = e.getMessage().replaceAll(".*got SHA-256 ([0-9a-f]{64}) .*", "$1");
        assertThat(load(photographs.recipe(0, NONE, null, digest)).train().count())
                .isEqualTo(24);
        photographs.write("train/circle/0.jpg", PhotographFixture.picture("circle", 41, 90, 99));
        refused(photographs.recipe(0, NONE, null, digest), ExitCode.INVALID_DATA, digest);
    }

    private static DataSet load(Dataset recipe) {
        return DataSets.load(recipe, new SourceLocation(Map.of()), 2);
    }

    private static TrainerException refused(Dataset recipe, ExitCode code, String... parts) {
        TrainerException e = catchThrowableOfType(TrainerException.class, () -> load(recipe));
        assertThat(e).isNotNull();
        assertThat(e.exitCode()).isEqualTo(code);
        assertThat(e).hasMessageContainingAll(parts);
        return e;
    }
}
