package dev.distillery.trainer.publish;

import static dev.distillery.trainer.publish.PublishedFixture.model;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleStoreTest {
    @TempDir
    Path workspace;

    @Test
    void givesBackWhatItKeepsForThisRunOnly() {
        ModelVersion model = model("run-1", 4);
        store("run-1").save(model);
        assertThat(store("run-1").load()).get().usingRecursiveComparison().isEqualTo(model);
        assertThat(store("run-2").load()).isEmpty();
    }

    @Test
    void aDamagedFileCountsAsNone() throws IOException {
        store("run-1").save(model("run-1", null));
        Path onnx = workspace.resolve("fashion/run-1/version/model.onnx");
        byte[] content = Files.readAllBytes(onnx);
        content[1] ^= 4;
        Files.write(onnx, content);
        assertThat(store("run-1").load()).isEmpty();
    }

    @Test
    void anotherRunsStudentTakesItsPlaceAndDeletingLeavesNothing() {
        store("run-1").save(model("run-1", null));
        store("run-2").save(model("run-2", null));
        assertThat(store("run-1").load()).isEmpty();
        assertThat(store("run-2").load()).isPresent();
        store("run-2").delete();
        assertThat(workspace).isEmptyDirectory();
    }

    private BundleStore store(String runId) {
        return new BundleStore(workspace.resolve("fashion"), runId);
    }
}
