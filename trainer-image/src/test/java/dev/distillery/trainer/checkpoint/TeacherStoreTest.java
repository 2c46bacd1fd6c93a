package dev.distillery.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distillery.report.CurvePoint;
import dev.distillery.report.ExitCode;
import dev.distillery.report.Stage;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.network.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TeacherStoreTest {
    private static final Weights WEIGHTS = new Weights(Map.of("fc.weight", new float[] {1.5f, -0f, Float.MIN_VALUE}));
    private static final Teacher TEACHER =
            new Teacher(WEIGHTS, "data", 0.9, List.of(new CurvePoint(Stage.TEACHER, 1, 0.5, 0.9, 0.1)));

    @TempDir
    Path workspace;

    @Test
    void givesBackWhatWasSavedToTheBit() {
        new TeacherStore(workspace, "hash").save(TEACHER);
        Teacher loaded = new TeacherStore(workspace, "hash").load("data").orElseThrow();
        assertThat(loaded.weights().get("fc.weight")).isEqualTo(WEIGHTS.get("fc.weight"));
        assertThat(loaded.learningCurve()).isEqualTo(TEACHER.learningCurve());
        assertThat(loaded.top1()).isEqualTo(0.9);
    }

    @Test
    void aTeacherOfOtherDataIsNoTeacher() {
        new TeacherStore(workspace, "hash").save(TEACHER);
        assertThat(new TeacherStore(workspace, "hash").load("other data")).isEmpty();
        assertThat(new TeacherStore(workspace, "other hash").load("data")).isEmpty();
    }

    @Test
    void oneFlippedBitMakesItAbsent() throws IOException {
        new TeacherStore(workspace, "hash").save(TEACHER);
        Path file = workspace.resolve("teachers/hash/weights.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertThat(new TeacherStore(workspace, "hash").load("data")).isEmpty();
    }

    @Test
    void whatIsNoMetadataOfOursMakesItAbsent() throws IOException {
        new TeacherStore(workspace, "hash").save(TEACHER);
        for (String theirs : List.of("", "null", "{}", "[1]", "{\"name\": \"v3\"}")) {
            Files.writeString(workspace.resolve("teachers/hash/teacher.json"), theirs);
            assertThat(new TeacherStore(workspace, "hash").load("data")).isEmpty();
        }
    }

    @Test
    void whatAKilledSaveLeftIsRemovedByTheNext() throws IOException {
        Path folder = Files.createDirectories(workspace.resolve("teachers/hash"));
        Files.write(folder.resolve(".part-1"), new byte[] {1});
        new TeacherStore(workspace, "hash").save(TEACHER);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("weights.safetensors", "teacher.json");
    }

    /** Another teacher would be trained for hours; and the student's stage would say that there is none. */
    @Test
    void aTeacherThatCannotBeReadIsNotTakenForNone() throws IOException {
        new TeacherStore(workspace, "hash").save(TEACHER);
        Path weights = workspace.resolve("teachers/hash/weights.safetensors");
        Files.delete(weights);
        // Whoever runs the tests may read every file, but no folder as one.
        Files.createDirectory(weights);
        assertFails(() -> new TeacherStore(workspace, "hash").load("data"), weights.getParent());
    }

    @Test
    void aWorkspaceThatIsAFileIsNamed() throws IOException {
        Path file = Files.createFile(workspace.resolve("file"));
        assertFails(() -> new TeacherStore(file, "hash").save(TEACHER), file);
        assertFails(() -> new TeacherStore(file, "hash").load("data"), file);
    }

    private static void assertFails(ThrowingCallable action, Path named) {
        assertThatThrownBy(action)
                .hasMessageContaining(named.toString())
                .hasMessageContaining("spec.compute.workspaceClaim")
                .isInstanceOfSatisfying(
                        TrainerException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.WORKSPACE_FAILED));
    }
}
