package dev.distillery.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.Sha256;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.metrics.EpochResult;
import dev.distillery.trainer.network.TrainingValues;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.precision.LossScale;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
    private static final double[] TOP1 = {0.5, 0.9, 0.7, 0.9, 0.8};

    @TempDir
    Path workspace;

    @Test
    void givesBackEverythingToTheBit() {
        Checkpoint saved = checkpoint(3, 17);
        store("data").save(saved);
        Checkpoint read = store("data").newest(any -> true).orElseThrow();
        assertThat(read.state()).isEqualTo(saved.state());
        assertThat(read.values().weights().get("w"))
                .isEqualTo(saved.values().weights().get("w"));
        assertThat(read.values().momentum().get("w"))
                .isEqualTo(saved.values().momentum().get("w"));
        assertThat(read.values().average().get("w"))
                .isEqualTo(saved.values().average().get("w"));
        assertThat(read.values().snapshots()).hasSize(2);
        assertThat(read.values().snapshots().get(1).get("w")).containsExactly(2);
        assertThat(read.values().weights().values()).containsOnlyKeys("w");
    }

    @Test
    void keepsTheNewestTwoAndTheBestEpoch() throws IOException {
        for (int epochs = 0; epochs <= TOP1.length; epochs++) {
            store("data").save(checkpoint(epochs, 0));
            store("data").save(checkpoint(epochs, 5));
        }
        assertThat(names()).hasSize(3);
        // The first of two epochs with top-1 0.9; a checkpoint within the epoch after it is not the best.
        assertThat(names().get(0)).startsWith("r00-e00002-b0000000-");
        assertThat(names().get(1)).startsWith("r00-e00005-b0000000-");
        assertThat(names().get(2)).startsWith("r00-e00005-b0000005-");
    }

    @Test
    void aRestartIsNewerThanWhatDiverged() {
        store("data").save(checkpoint(0, 4, 10));
        store("data").save(checkpoint(1, 0, 1));
        assertThat(store("data").newest(any -> true).orElseThrow().state().restarts())
                .isEqualTo(1);
    }

    @Test
    void theBestEpochOfWhatDivergedGoesWhenItWasTrainedAgain() throws IOException {
        for (int epochs = 1; epochs <= 4; epochs++) {
            store("data").save(checkpoint(0, epochs, 0));
        }
        for (int epochs = 2; epochs <= 4; epochs++) {
            store("data").save(checkpoint(1, epochs, 0));
        }
        assertThat(names()).hasSize(3);
        assertThat(names().get(0)).startsWith("r01-e00002-");
    }

    @Test
    void oneFlippedBitFallsBackToTheCheckpointBefore() throws IOException {
        store("data").save(checkpoint(1, 0));
        store("data").save(checkpoint(2, 0));
        Path newest = folder().resolve(names().get(1));
        byte[] bytes = Files.readAllBytes(newest);
        for (int at : new int[] {0, 60, bytes.length - 1}) {
            byte[] flipped = bytes.clone();
            flipped[at] ^= 1;
            Files.write(newest, flipped);
            assertThat(store("data").newest(any -> true).orElseThrow().state().epochs())
                    .isEqualTo(1);
        }
        Files.write(newest, Arrays.copyOf(bytes, bytes.length / 2));
        assertThat(store("data").newest(any -> true).orElseThrow().state().epochs())
                .isEqualTo(1);
        Files.write(newest, new byte[0]);
        assertThat(store("data").newest(any -> true).orElseThrow().state().epochs())
                .isEqualTo(1);
    }

    @Test
    void whatIsPassedOverIsSaidWithItsReason() throws IOException {
        store("data").save(checkpoint(1, 0));
        store("data").save(checkpoint(2, 0));
        Path newest = folder().resolve(names().get(1));
        Files.write(newest, new byte[] {1});
        assertThat(logOf(() -> store("data").newest(any -> true)))
                .contains("WARN", newest + " is passed over: it is damaged", "trying the one before");
    }

    @Test
    void aCheckpointOfAnotherFormatIsPassedOver() throws IOException {
        store("data").save(checkpoint(1, 0));
        store("data").save(checkpoint(2, 0));
        Path ours = folder().resolve(names().get(1));
        SafeTensors file = SafeTensors.read(ours);
        Map<String, String> metadata = new HashMap<>(file.metadata());
        metadata.replaceAll((key, text) -> text.replace("\"format\":1", "\"format\":2"));
        Path theirs = folder().resolve("theirs");
        try (OutputStream out = Files.newOutputStream(theirs)) {
            new SafeTensors(file.values(), metadata).write(out);
        }
        Files.move(theirs, folder().resolve("r00-e00003-b0000000-%.16s.safetensors".formatted(Sha256.of(theirs))));
        AtomicReference<Checkpoint> found = new AtomicReference<>();
        assertThat(logOf(() -> found.set(store("data").newest(any -> true).orElseThrow())))
                .contains("r00-e00003", "it is of format 2, this trainer reads 1");
        assertThat(found.get().state().epochs()).isEqualTo(2);
    }

    /** The logger of the tests writes to the standard error as it is at the time. */
    private static String logOf(Runnable action) {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(before);
        }
        return log.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aCheckpointOfOtherDataCountsAsAbsent() {
        store("data").save(checkpoint(1, 0));
        assertThat(store("other data").newest(any -> true)).isEmpty();
    }

    @Test
    void aCheckpointOfAnotherNetworkFallsBackToTheOneBefore() throws IOException {
        store("data").save(checkpoint(1, 0));
        store("data").save(checkpoint(2, 0));
        CheckpointStore store = store("data");
        Predicate<Checkpoint> fits = checkpoint -> checkpoint.state().epochs() < 2;
        assertThat(logOf(() -> assertThat(
                                store.newest(fits).orElseThrow().state().epochs())
                        .isEqualTo(1)))
                .contains("WARN", "r00-e00002", "it is of another network");
        store.save(checkpoint(1, 5));
        assertThat(names()).hasSize(2).allMatch(name -> name.startsWith("r00-e00001"));
    }

    /** Their names are newer than those of a training that begins anew. */
    @Test
    void whatWasPassedOverDoesNotOutlastWhatIsWrittenThen() throws IOException {
        store("data").save(checkpoint(4, 0));
        store("data").save(checkpoint(5, 0));
        CheckpointStore other = store("other data");
        assertThat(other.newest(any -> true)).isEmpty();
        assertThat(names()).as("nothing is lost before there is another").hasSize(2);
        other.save(checkpoint(0, 5));
        assertThat(other.newest(any -> true).orElseThrow().state().batches()).isEqualTo(5);
        other.save(checkpoint(1, 0));
        assertThat(names()).hasSize(2).allMatch(name -> name.startsWith("r00-e0000"));
        assertThat(other.newest(any -> true).orElseThrow().state().epochs()).isEqualTo(1);
    }

    @Test
    void whatAKilledWriterLeftIsRemoved() throws IOException {
        store("data").save(checkpoint(1, 0));
        Files.write(folder().resolve(".part-1"), new byte[] {1});
        assertThat(store("data").newest(any -> true)).isPresent();
        assertThat(names()).hasSize(1).noneMatch(name -> name.startsWith("."));
    }

    @Test
    void deletesAllWhenTheStageIsDone() {
        store("data").save(checkpoint(1, 0));
        store("data").delete();
        assertThat(folder()).doesNotExist();
    }

    @Test
    void earlierFormsOfTheStageGoAndNothingElse() throws IOException {
        for (String other : List.of("stage-old", "other")) {
            new CheckpointStore(workspace.resolve(other), "data", 2).save(checkpoint(1, 0));
        }
        store("data").save(checkpoint(1, 0));
        store("data").deleteEarlier(name -> name.startsWith("stage"));
        assertThat(workspace.resolve("stage-old")).doesNotExist();
        assertThat(workspace.resolve("other")).exists();
        assertThat(store("data").newest(any -> true)).isPresent();
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws IOException {
        Files.createFile(folder());
        assertThatThrownBy(() -> store("data").save(checkpoint(1, 0)))
                .hasMessageContaining(folder().toString())
                .hasMessageContaining("spec.compute.workspaceClaim")
                .isInstanceOfSatisfying(
                        TrainerException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.WORKSPACE_FAILED));
    }

    private Path folder() {
        return workspace.resolve("stage");
    }

    private CheckpointStore store(String dataDigest) {
        return new CheckpointStore(folder(), dataDigest, 2);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static Checkpoint checkpoint(int epochs, int batches) {
        return checkpoint(0, epochs, batches);
    }

    private static Checkpoint checkpoint(int restarts, int epochs, int batches) {
        List<EpochResult> results = IntStream.range(0, epochs)
                .mapToObj(i -> new EpochResult(i + 1, 0.1, TOP1[i % TOP1.length], 0.2))
                .toList();
        TrainingState state = new TrainingState(
                restarts,
                epochs,
                batches,
                100L * epochs + batches,
                0.1 + batches,
                batches,
                new LossScale.State(512, 3),
                results,
                7.5);
        float[] bits = {1.5f, -0f, Float.MIN_VALUE, epochs};
        return new Checkpoint(
                state,
                new TrainingValues(
                        new Weights(Map.of("w", bits)),
                        Map.of("w", new float[] {batches, 2, 3, 4}),
                        new Weights(Map.of("w", new float[] {9, epochs, 0, batches})),
                        List.of(new Weights(Map.of("w", new float[] {1})), new Weights(Map.of("w", new float[] {2})))));
    }
}
