package dev.distillery.trainer.data;

import static dev.distillery.trainer.data.IdxFixture.dataset;
import static dev.distillery.trainer.data.IdxFixture.idx;
import static dev.distillery.trainer.data.IdxFixture.images;
import static dev.distillery.trainer.data.IdxFixture.labels;
import static dev.distillery.trainer.data.IdxFixture.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.distillery.recipe.Dataset;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetsTest {
    /** One rounding to float. */
    private static final float FLOAT_ERROR = 1e-6f;

    @TempDir
    Path folder;

    @Test
    void loadsImagesLabelsAndClasses() {
        DataSet set = DataSets.load(dataset(split(6, 4, 3), split(3, 4, 3), null), here(), 1);
        assertThat(set.train().count()).isEqualTo(6);
        assertThat(set.validation().count()).isEqualTo(3);
        assertThat(List.of(set.height(), set.width(), set.channels())).containsExactly(4, 4, 1);
        assertThat(set.classes()).containsExactly("class-0", "class-1", "class-2");
        assertThat(IntStream.range(0, 6).map(set.train()::label)).containsExactly(0, 1, 2, 0, 1, 2);
        ByteBuffer third = ByteBuffer.allocate(16);
        set.train().write(2, 1, third);
        assertThat(third.get(5)).isEqualTo((byte) 7);
        assertThat(set.digest()).matches("[0-9a-f]{64}");
    }

    @Test
    void digestFollowsEveryFile() {
        Dataset.Split train = split(6, 4, 3);
        String first =
                DataSets.load(dataset(train, split(3, 4, 3), null), here(), 1).digest();
        assertThat(DataSets.load(dataset(train, split(3, 4, 3), null), here(), 1)
                        .digest())
                .isEqualTo(first);
        assertThat(DataSets.load(dataset(train, split(3, 4, 2), null), here(), 1)
                        .digest())
                .isNotEqualTo(first);
    }

    @Test
    void statisticsArePerChannelOverTrainingImages() {
        byte[] rgb = new byte[2 * 2 * 2 * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i % 3 == 0 ? 255 * (i / 3 % 2) : i % 3 == 1 ? 51 : i);
        }
        Dataset.Split train = Dataset.Split.ofFiles(
                source(file(), idx(0x08, new int[] {2, 2, 2, 3}, rgb)), source(file(), labels(2, 2)));
        DataSet set = DataSets.load(dataset(train, train, List.of("a", "b")), here(), 1);
        double[] blue =
                IntStream.range(0, 8).mapToDouble(i -> (3 * i + 2) / 255.0).toArray();
        double mean = Arrays.stream(blue).average().orElseThrow();
        double std = Math.sqrt(
                Arrays.stream(blue).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
        assertThat(set.mean()).containsExactly(new float[] {0.5f, 0.2f, (float) mean}, within(FLOAT_ERROR));
        assertThat(set.std()).containsExactly(new float[] {0.5f, 1 / 255f, (float) std}, within(FLOAT_ERROR));
    }

    @Test
    void refusesFilesThatDoNotBelongTogether() {
        Dataset.Split good = split(6, 4, 3);
        Dataset.Split mixed =
                Dataset.Split.ofFiles(good.images(), split(5, 4, 3).labels());
        refused(dataset(mixed, good, null), "6 images and 5 labels");
        refused(dataset(good, split(3, 5, 3), null), "spec.dataset.validation.images", "5x5x1", "4x4x1");
        byte[] rgb = idx(0x08, new int[] {3, 4, 4, 3}, new byte[144]);
        Dataset.Split colour = Dataset.Split.ofFiles(source(file(), rgb), source(file(), labels(3, 3)));
        refused(dataset(good, colour, null), "4x4x3", "4x4x1");
    }

    @Test
    void aClassNameMustFitALineOfTheLabels() {
        for (String name : List.of(" ", "b\nc", "b\n")) {
            Dataset recipe = dataset(split(6, 4, 3), split(3, 4, 3), List.of("a", name, "d"));
            TrainerException e = catchThrowableOfType(TrainerException.class, () -> DataSets.load(recipe, here(), 1));
            assertThat(e.exitCode()).isEqualTo(ExitCode.INVALID_RECIPE);
            assertThat(e).hasMessageContainingAll("spec.dataset.classes[1]", "labels.txt");
        }
    }

    @Test
    void refusesLabelsAndClassesThatDisagree() {
        Dataset.Split three = split(6, 4, 3);
        Dataset.Split four = split(8, 4, 4);
        refused(dataset(three, four, null), "spec.dataset.validation.labels", "label 3 at image 3", "3 classes");
        refused(dataset(four, three, List.of("a", "b", "c")), "spec.dataset.train.labels", "label 3", "4 classes");
        refused(dataset(three, three, List.of("a", "b", "c", "d")), "got 4 names", "3 classes");
        refused(dataset(split(3, 4, 1), three, null), "only label 0");
        Dataset.Source images = source(file(), images(3, 4, 4));
        Dataset.Source threes = source(file(), idx(0x08, new int[] {3}, new byte[] {3, 3, 3}));
        refused(dataset(Dataset.Split.ofFiles(images, threes), four, null), "only label 3", "at least two classes");
    }

    @Test
    void aClassWithoutATrainingImageIsSaid() {
        Dataset.Source images = source(file(), images(4, 4, 4));
        Dataset.Source labels = source(file(), idx(0x08, new int[] {4}, new byte[] {0, 2, 0, 2}));
        Dataset recipe = dataset(Dataset.Split.ofFiles(images, labels), split(3, 4, 3), List.of("a", "b", "c"));
        DataSet set = DataSets.load(recipe, here(), 1);
        assertThat(set.classes()).containsExactly("a", "b", "c");
        assertThat(set.notes())
                .singleElement()
                .asString()
                .startsWith("spec.dataset.train.labels: no image of b (label 1);");
        Dataset full = dataset(split(3, 4, 3), split(3, 4, 2), null);
        assertThat(DataSets.load(full, here(), 1).notes()).isEmpty();
    }

    @Test
    void namesTheFieldOfAMissingFile() {
        Dataset.Source gone = new Dataset.Source("pvc://data/none.gz", null);
        Dataset.Split good = split(6, 4, 3);
        refused(
                dataset(good, Dataset.Split.ofFiles(gone, good.labels()), null),
                "spec.dataset.validation.images",
                "pvc://data/none.gz",
                folder.resolve("data/none.gz").toString());
    }

    @Test
    void memoryIsCheckedOverAllFiles() {
        Dataset recipe = dataset(split(100, 10, 3), split(50, 10, 3), null);
        TrainerException e =
                catchThrowableOfType(TrainerException.class, () -> DataSets.load(recipe, here(), 1, 13_000));
        assertThat(e.exitCode()).isEqualTo(ExitCode.OUT_OF_MEMORY);
        assertThat(e).hasMessageStartingWith("spec.dataset.validation.images");
    }

    private void refused(Dataset recipe, String... parts) {
        TrainerException e = catchThrowableOfType(TrainerException.class, () -> DataSets.load(recipe, here(), 1));
        assertThat(e.exitCode()).isEqualTo(ExitCode.INVALID_DATA);
        assertThat(e).hasMessageContainingAll(parts);
    }

    private SourceLocation here() {
        return new SourceLocation(Map.of("data", folder.resolve("data")));
    }

    private int files;

    private Path file() {
        return folder.resolve("file-" + files++);
    }

    private Dataset.Split split(int count, int size, int classes) {
        return Dataset.Split.ofFiles(
                source(file(), images(count, size, size)), source(file(), IdxFixture.gzip(labels(count, classes))));
    }
}
