package dev.distillery.trainer.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.report.ExitCode;
import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.trainer.SmallDisk;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The disk is full at every block in turn, so at every file. */
class FullDiskTest {
    private final SmallDisk disk = new SmallDisk();

    @AfterEach
    void close() throws IOException {
        disk.close();
    }

    @Test
    void aFirstVersionIsThereWholeOrNotAtAll() throws Exception {
        ModelVersion model = PublishedFixture.small("run-1");
        publish(model);
        Map<String, byte[]> whole = SmallDisk.content(disk.root());
        assertThat(whole).hasSize(model.files().size() + 2);
        Staging.delete(disk.root());
        for (int free = 0; free < blocks(whole); free++) {
            disk.fillUp(free);
            refused(model);
            assertThat(disk.root()).as("%d blocks", free).isEmptyDirectory();
            disk.free();
            publish(model);
            assertThat(SmallDisk.content(disk.root())).containsExactlyEntriesOf(whole);
            Staging.delete(disk.root());
        }
    }

    @Test
    void aNextVersionLeavesTheOneBeforeAlone() throws Exception {
        publish(PublishedFixture.small("run-0"));
        Map<String, byte[]> before = SmallDisk.content(disk.root());
        ModelVersion model = PublishedFixture.small("run-1");
        for (int free = 0; free < blocks(model.files()); free += 3) {
            disk.fillUp(free);
            refused(model);
            assertThat(SmallDisk.content(disk.root())).as("%d blocks", free).containsExactlyEntriesOf(before);
            disk.free();
        }
        publish(model);
        assertThat(names(disk.root().resolve("fashion"))).containsExactly("1", "2", "config.pbtxt", "labels.txt");
    }

    @Test
    void aFinishedStudentIsKeptWholeOrNotAtAll() throws Exception {
        Path folder = disk.root().resolve("bundles");
        BundleStore store = new BundleStore(folder, "run-1");
        ModelVersion model = PublishedFixture.small("run-1");
        store.save(model);
        Map<String, byte[]> whole = SmallDisk.content(folder);
        for (int free = 0; free < blocks(whole); free += 3) {
            store.delete();
            disk.fillUp(free);
            TrainerException e = catchThrowableOfType(TrainerException.class, () -> store.save(model));
            assertThat(e.exitCode()).isEqualTo(ExitCode.WORKSPACE_FAILED);
            assertThat(e)
                    .hasMessageContainingAll(folder.toString(), "out of disk space", "spec.compute.workspaceClaim");
            assertThat(folder).as("%d blocks", free).isEmptyDirectory();
            disk.free();
            store.save(model);
            assertThat(SmallDisk.content(folder)).containsExactlyEntriesOf(whole);
        }
    }

    @Test
    void whatTheRunBeforeSaidStaysWhereThereIsNoRoomForMore() throws Exception {
        Receipt receipt = new Receipt(disk.root().resolve("receipts/fashion.json"));
        RunReport before = said("run-0");
        assertThat(receipt.keep(before)).isTrue();
        for (int free = 0; free < SmallDisk.blocks(ReportJson.terminationMessage(said("run-1"))); free++) {
            disk.fillUp(free);
            assertThat(receipt.keep(said("run-1"))).isFalse();
            assertThat(receipt.of("run-0")).contains(before);
            assertThat(names(disk.root().resolve("receipts"))).containsExactly("fashion.json");
            disk.free();
        }
        assertThat(receipt.keep(said("run-1"))).isTrue();
        assertThat(receipt.of("run-1")).isPresent();
    }

    private static RunReport said(String runId) {
        return new RunReport(
                runId,
                Stage.STUDENT,
                "Succeeded",
                "done ".repeat(100),
                0.9,
                false,
                null,
                List.of(),
                List.of(),
                List.of(),
                null);
    }

    private void refused(ModelVersion model) {
        TrainerException e = catchThrowableOfType(TrainerException.class, () -> publish(model));
        assertThat(e.exitCode()).isEqualTo(ExitCode.PUBLISH_FAILED);
        assertThat(e)
                .hasMessageContainingAll(
                        "file://" + disk.root() + "/fashion",
                        "out of disk space",
                        "nothing is visible",
                        "its free space");
    }

    private void publish(ModelVersion model) {
        Destination folder =
                new ModelFolder("file://" + disk.root(), disk.root(), model.modelName(), Clock.systemUTC());
        new ModelRepository(List.of(folder)).publish(model);
    }

    private static int blocks(Map<String, byte[]> files) {
        return files.values().stream().mapToInt(SmallDisk::blocks).sum();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
