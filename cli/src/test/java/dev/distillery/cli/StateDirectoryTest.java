package dev.distillery.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
    @TempDir
    private Path folder;

    @Test
    void isHeldByOneAtATimeAndSaysByWhom() {
        try (StateDirectory first = StateDirectory.lock(folder)) {
            assertThat(first.operatorLog().getParent()).isDirectory();
            assertThatThrownBy(() -> StateDirectory.lock(folder))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining(
                            "in use by process " + ProcessHandle.current().pid())
                    .hasMessageContaining("--state");
        }
    }

    @Test
    void isFreeAgainOnceClosed() {
        StateDirectory.lock(folder).close();
        StateDirectory.lock(folder).close();
        assertThat(folder.resolve("lock")).exists();
    }

    @Test
    void aFolderThatCannotBeMadeIsAUsageError() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> StateDirectory.lock(file.resolve("state")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("cannot be written");
    }

    @Test
    void aLogsLastLinesAreShownWithItsPlaceAndWithoutStackFrames() throws IOException {
        Path log = Files.writeString(folder.resolve("log"), "one\n\tat a.B.c(D.java:1)\n\t... 17 more\ntwo\n");
        assertThat(new LogFile(log).excerpt()).isEqualTo("log: " + log + "\n  | one\n  | two");
        assertThat(new LogFile(folder.resolve("none")).lastLines(5)).isEmpty();
    }

    @Test
    void theTailOfALongLogIsFound() throws IOException {
        Path log = Files.writeString(
                folder.resolve("log"), "x".repeat(80).concat("\n").repeat(5_000) + "last\n");
        assertThat(new LogFile(log).lastLines(2)).containsExactly("x".repeat(80), "last");
    }

    @Test
    void onlyPodsOfThisRunHaveALog() throws IOException {
        Files.createDirectories(folder.resolve("pod-1"));
        Path log = Files.writeString(folder.resolve("pod-1/log"), "hello\n");
        Instant written = Files.getLastModifiedTime(log).toInstant();
        assertThat(LogFile.newestPod(folder, written.minusSeconds(1))).contains(new LogFile(log));
        assertThat(LogFile.newestPod(folder, written.plusSeconds(1))).isEmpty();
        assertThat(LogFile.newestPod(folder.resolve("none"), written)).isEmpty();
    }
}
