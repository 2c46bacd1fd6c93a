package dev.distillery.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.SmallDisk;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.network.TrainingValues;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.precision.LossScale;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The workspace is full, at every block in turn. */
class FullDiskTest {
    private static final int FLOATS = 1000;

    private final SmallDisk disk = new SmallDisk();

    @TempDir
    Path copies;

    @AfterEach
    void close() throws IOException {
        disk.close();
    }

    @Test
    void theCheckpointBeforeStaysAndLoads() throws IOException {
        CheckpointStore store = new CheckpointStore(disk.root().resolve("stage"), "data", 2);
        store.save(checkpoint(1));
        Map<String, byte[]> before = SmallDisk.content(disk.root());
        for (int free = 0; free < blocks(before); free++) {
            disk.fillUp(free);
            failed(() -> store.save(checkpoint(2)), "stage", "the next run continues from the newest");
            assertThat(SmallDisk.content(disk.root())).as("%d blocks", free).containsExactlyEntriesOf(before);
            disk.free();
        }
        assertThat(epochs("full")).isEqualTo(1);
        store.save(checkpoint(2));
        assertThat(epochs("freed")).isEqualTo(2);
    }

    @Test
    void aTeacherIsThereWholeOrNotAtAll() throws IOException {
        TeacherStore store = new TeacherStore(disk.root(), "hash");
        Teacher teacher = new Teacher(new Weights(Map.of("w", new float[FLOATS])), "data", 0.9, List.of());
        store.save(teacher);
        Map<String, byte[]> whole = SmallDisk.content(disk.root());
        for (int free = 0; free < blocks(whole); free++) {
            for (String file : whole.keySet()) {
                Files.deleteIfExists(disk.root().resolve(file));
            }
            disk.fillUp(free);
            failed(() -> store.save(teacher), "hash", FLOATS * Float.BYTES + " free bytes");
            Path copy = copies.resolve("free-" + free);
            disk.copyTo(copy);
            assertThat(new TeacherStore(copy, "hash").load("data")).isEmpty();
            disk.free();
            store.save(teacher);
            assertThat(SmallDisk.content(disk.root())).as("%d blocks", free).containsExactlyEntriesOf(whole);
        }
    }

    private void failed(Runnable save, String... parts) {
        TrainerException e = catchThrowableOfType(TrainerException.class, save::run);
        assertThat(e.exitCode()).isEqualTo(ExitCode.WORKSPACE_FAILED);
        assertThat(e)
                .hasMessageContainingAll("out of disk space", "spec.compute.workspaceClaim")
                .hasMessageContainingAll(parts);
    }

    /** Of the newest checkpoint; read from a copy, because a file in memory cannot be mapped. */
    private int epochs(String copy) throws IOException {
        disk.copyTo(copies.resolve(copy));
        CheckpointStore store = new CheckpointStore(copies.resolve(copy).resolve("stage"), "data", 2);
        return store.newest(any -> true).orElseThrow().state().epochs();
    }

    private static Checkpoint checkpoint(int epochs) {
        TrainingState state =
                new TrainingState(0, epochs, 0, 100L * epochs, 0.1, 1, new LossScale.State(512, 3), List.of(), 7.5);
        float[] values = new float[FLOATS];
        return new Checkpoint(
                state, new TrainingValues(new Weights(Map.of("w", values)), Map.of("w", values), null, List.of()));
    }

    private static int blocks(Map<String, byte[]> files) {
        return files.values().stream().mapToInt(SmallDisk::blocks).sum();
    }
}
