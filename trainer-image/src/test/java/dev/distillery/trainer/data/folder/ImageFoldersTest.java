package dev.distillery.trainer.data.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.distillery.image.ImageDecoder;
import dev.distillery.recipe.Dataset;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.data.Batch;
import dev.distillery.trainer.data.DataSet;
import dev.distillery.trainer.data.DataSets;
import dev.distillery.trainer.data.HeapBudget;
import dev.distillery.trainer.data.ImageSet;
import dev.distillery.trainer.data.SourceLocation;
import dev.distillery.trainer.data.TrainingBatches;
import dev.distillery.trainer.data.TrainingView;
import dev.distillery.trainer.parallel.Collective;
import dev.distillery.trainer.parallel.GlobalBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Photographs as sets: labels, views, and that it does not matter where the pixels are kept. */
class ImageFoldersTest {
    private static final long SEED = 4;
    private static final int IMAGE_BYTES = PhotographFixture.SIZE * PhotographFixture.SIZE * 3;
    private static final long ALL = DecodedFile.MAX_BYTES;
    private static final long NOTHING = 0;

    @TempDir
    Path root;

    @TempDir
    Path temporary;

    private PhotographFixture photographs;

    @BeforeEach
    void write() {
        photographs = new PhotographFixture(root);
    }

    @Test
    void labelsAreThePlacesOfTheSortedSubFolders() {
        ImageFolders.Loaded loaded = load(photographs.recipe(), temporary, ALL);
        assertThat(loaded.classes()).containsExactly("circle", "square");
        assertThat(labels(loaded.train())).containsExactlyElementsOf(repeated(12));
        assertThat(labels(loaded.validation())).containsExactlyElementsOf(repeated(5));
        assertThat(loaded.train().size()).isEqualTo("32x32x3");
        assertThat(loaded.resizedSide()).isEqualTo(37);
    }

    @Test
    void keptOrDecodedEachTimeThePixelsAreTheSame() {
        Path nowhere = temporary.resolve("missing");
        for (Dataset recipe : List.of(photographs.recipe(), plain())) {
            List<byte[]> kept = epochs(load(recipe, temporary, ALL), recipe);
            assertThat(epochs(load(recipe, nowhere, ALL), recipe))
                    .as("no room")
                    .usingElementComparator(Arrays::compare)
                    .isEqualTo(kept);
            assertThat(epochs(load(recipe, temporary, NOTHING), recipe))
                    .as("too large")
                    .usingElementComparator(Arrays::compare)
                    .isEqualTo(kept);
        }
    }

    @Test
    void cropsDifferBetweenEpochsAndEvaluationDoesNot() {
        Dataset recipe = photographs.recipe();
        ImageSet train = load(recipe, temporary, ALL).train();
        TrainingView view = train.trainingView(recipe.augmentation(), SEED);
        assertThat(crop(view, 0, 3)).isEqualTo(crop(view, 0, 3)).isNotEqualTo(crop(view, 1, 3));
        assertThat(evaluation(train)).isEqualTo(evaluation(train));
    }

    @Test
    void withoutRandomCropsTrainingSeesWhatEvaluationSees() {
        ImageFolders.Loaded loaded = load(plain(), temporary, ALL);
        TrainingView view = loaded.train().trainingView(plain().augmentation(), SEED);
        ByteBuffer seen = ByteBuffer.wrap(evaluation(loaded.train()));
        for (int i = 0; i < loaded.train().count(); i++) {
            assertThat(ByteBuffer.wrap(crop(view, 7, i))).isEqualTo(seen.slice(i * IMAGE_BYTES, IMAGE_BYTES));
        }
    }

    @Test
    void nothingIsLeftOnTheDisk() {
        load(photographs.recipe(), temporary, ALL);
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void whatIsKeptMayVanish() throws IOException {
        Dataset recipe = photographs.recipe();
        ImageFolders.Loaded loaded = load(recipe, temporary, ALL);
        Files.delete(photographs.file("train/circle/0.jpg"));
        assertThat(epochs(loaded, recipe)).isNotEmpty();
    }

    @Test
    void aFileThatVanishesInTheMiddleEndsTheRunByItsName() throws IOException {
        ImageFolders.Loaded loaded = load(photographs.recipe(), temporary, NOTHING);
        Files.delete(photographs.file("train/circle/3.jpg"));
        refused(loaded, "spec.dataset.train.folder", "circle/3.jpg has changed since the run began", "No such file");
    }

    @Test
    void aFileThatBecomesAnotherEndsTheRun() {
        ImageFolders.Loaded loaded = load(photographs.recipe(), temporary, NOTHING);
        photographs.write("train/circle/3.jpg", PhotographFixture.picture("circle", 10, 10, 1));
        refused(loaded, "circle/3.jpg has changed since the run began", "another picture");
    }

    @Test
    void brokenDataInAFolderThatIsTooLargeAreMetInTheMiddle() throws IOException {
        Path file = photographs.file("train/circle/3.jpg");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        refused(load(photographs.recipe(), temporary, NOTHING), file + ": the JPEG is broken", "too large");
    }

    @Test
    void aResumedEpochDoesNotReadWhatItSkips() throws IOException {
        Dataset recipe = photographs.recipe();
        ImageFolders.Loaded loaded = load(recipe, temporary, NOTHING);
        List<byte[]> whole = batches(loaded, recipe, 0);
        // With one image a batch, the place of its bytes in the epoch is the image's.
        TrainingView view = loaded.train().trainingView(recipe.augmentation(), SEED);
        int first = IntStream.range(0, 24)
                .filter(i -> Arrays.equals(crop(view, 0, i), whole.get(0)))
                .findFirst()
                .orElseThrow();
        String name = (first < 12 ? "circle/" : "square/");
        List<Path> files;
        try (var listed = Files.list(photographs.file("train/" + name))) {
            files = listed.sorted().toList();
        }
        Files.delete(files.get(first % 12));
        List<byte[]> rest = batches(loaded, recipe, 1);
        assertThat(rest).usingElementComparator(Arrays::compare).isEqualTo(whole.subList(1, 24));
        assertThatThrownBy(() -> batches(loaded, recipe, 0)).isInstanceOf(TrainerException.class);
    }

    @Test
    void theLargestImageMustFitTheHeap() {
        TrainerException e = catchThrowableOfType(TrainerException.class, () -> load(new HeapBudget(60_000)));
        assertThat(e.exitCode()).isEqualTo(ExitCode.OUT_OF_MEMORY);
        assertThat(e).hasMessageContaining("11.png of 117x57 pixels");
    }

    /** 117 · 57 · 3 bytes three times are 60,021; nine tenths of the heap may be taken. */
    @Test
    void asManyThreadsDecodeAsTheHeapHolds() {
        assertThat(load(new HeapBudget(70_000)).train().threads()).isEqualTo(1);
        assertThat(load(new HeapBudget(200_000)).train().threads()).isEqualTo(2);
    }

    private ImageFolders.Loaded load(HeapBudget heap) {
        return new ImageFolders(photographs.recipe(), ImageDecoder.ofThisMachine(), temporary, 2)
                .load(root.resolve("train"), root.resolve("validation"), heap);
    }

    @Test
    void statisticsAreThoseOfTheEvaluationViews() {
        DataSet set = DataSets.load(photographs.recipe(), new SourceLocation(Map.of()), 2);
        byte[] pixels = evaluation(set.train());
        for (int c = 0; c < 3; c++) {
            int channel = c;
            double mean = IntStream.range(0, pixels.length / 3)
                    .mapToDouble(i -> (pixels[3 * i + channel] & 0xff) / 255.0)
                    .average()
                    .orElseThrow();
            double variance = IntStream.range(0, pixels.length / 3)
                    .mapToDouble(i -> Math.pow((pixels[3 * i + channel] & 0xff) / 255.0 - mean, 2))
                    .average()
                    .orElseThrow();
            assertThat(set.mean()[c]).isCloseTo((float) mean, within(1e-6f));
            assertThat(set.std()[c]).isCloseTo((float) Math.sqrt(variance), within(1e-6f));
        }
    }

    private Dataset plain() {
        return photographs.recipe(0, new Dataset.Augmentation(0, null, false));
    }

    private ImageFolders.Loaded load(Dataset recipe, Path folder, long keptBytes) {
        return new ImageFolders(recipe, ImageDecoder.ofThisMachine(), folder, 2, keptBytes)
                .load(root.resolve("train"), root.resolve("validation"), new HeapBudget(1 << 30));
    }

    private void refused(ImageFolders.Loaded loaded, String... parts) {
        TrainerException e =
                catchThrowableOfType(TrainerException.class, () -> batches(loaded, photographs.recipe(), 0));
        assertThat(e.exitCode()).isEqualTo(ExitCode.INVALID_DATA);
        assertThat(e).hasMessageContainingAll(parts);
    }

    /** Two epochs of training, and both sets as evaluation sees them. */
    private static List<byte[]> epochs(ImageFolders.Loaded loaded, Dataset recipe) {
        List<byte[]> seen = batches(loaded, recipe, 0);
        seen.addAll(batches(loaded, recipe, 20));
        seen.add(evaluation(loaded.train()));
        seen.add(evaluation(loaded.validation()));
        return seen;
    }

    private static List<byte[]> batches(ImageFolders.Loaded loaded, Dataset recipe, int first) {
        TrainingView view = loaded.train().trainingView(recipe.augmentation(), SEED);
        List<byte[]> seen = new ArrayList<>();
        try (TrainingBatches.Epoch epoch =
                new TrainingBatches(loaded.train(), view, GlobalBatch.of(1, Collective.LOCAL), SEED).epoch(0, first)) {
            for (Batch batch = epoch.next(); batch != null; batch = epoch.next()) {
                byte[] pixels = new byte[IMAGE_BYTES];
                batch.images().get(pixels);
                seen.add(pixels);
                batch.release();
            }
        }
        return seen;
    }

    private static byte[] crop(TrainingView view, int epoch, int index) {
        ByteBuffer target = ByteBuffer.allocate(IMAGE_BYTES);
        view.write(epoch, index, target, 0);
        return target.array();
    }

    private static byte[] evaluation(ImageSet set) {
        ByteBuffer target = ByteBuffer.allocate(set.count() * IMAGE_BYTES);
        set.write(0, set.count(), target);
        return target.array();
    }

    private static List<Integer> labels(ImageSet set) {
        return IntStream.range(0, set.count()).map(set::label).boxed().toList();
    }

    private static List<Integer> repeated(int each) {
        return IntStream.range(0, 2 * each).map(i -> i / each).boxed().toList();
    }
}
