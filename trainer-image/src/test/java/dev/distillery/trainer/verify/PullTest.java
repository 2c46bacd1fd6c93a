package dev.distillery.trainer.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.publish.PublishedFixture;
import dev.distillery.trainer.signing.SigningFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PullTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path model;
    private Path pulled;

    @BeforeEach
    void publish() throws IOException {
        SigningFixture.key(folder);
        model = PublishedFixture.publish(folder.resolve("models"), folder.resolve("signing-key"));
        pulled = folder.resolve("pulled");
    }

    @Test
    void aVersionArrivesAsItIs() throws IOException {
        assertThat(pull(model.toString())).isZero();
        Path there = pulled.resolve(model.getFileName());
        assertThat(out()).contains(there.resolve("1") + ": 11 files as published, signature not checked: no --key");
        assertThat(files(there)).isEqualTo(files(model)).hasSize(15);
        for (String file : files(model)) {
            assertThat(Files.mismatch(model.resolve(file), there.resolve(file)))
                    .as(file)
                    .isEqualTo(-1);
        }
    }

    @Test
    void toPullAgainChangesNothing() throws IOException {
        pull(model.toString());
        Path onnx = pulled.resolve(model.getFileName()).resolve("1/model.onnx");
        FileTime written = Files.getLastModifiedTime(onnx);
        assertThat(pull(model.resolve("1").toUri().toString())).isZero();
        assertThat(Files.getLastModifiedTime(onnx)).isEqualTo(written);
        assertThat(files(pulled.resolve(model.getFileName()))).isEqualTo(files(model));
    }

    @Test
    void whatSomebodyChangedStaysWhereItIs() throws IOException {
        Files.writeString(model.resolve("1/labels.txt"), "cat\ndog\n");
        assertThat(pull(model.toString())).isEqualTo(ExitCode.INVALID_DATA.code());
        assertThat(err()).contains("labels.txt: its content is not what was published", "nothing was written");
        assertThat(pulled).doesNotExist();
    }

    @Test
    void anotherRunsVersionIsNotReplaced() throws IOException {
        Path taken = Files.createDirectories(pulled.resolve(model.getFileName()).resolve("1"));
        Files.writeString(taken.resolve("report.json"), "{\"runId\": \"another\"}");
        assertThat(pull(model.toString())).isEqualTo(ExitCode.PUBLISH_FAILED.code());
        assertThat(err()).contains(taken + ": got another run's version", "pull into another folder");
        assertThat(files(pulled)).containsExactly(model.getFileName() + "/1/report.json");
    }

    /** Whoever may write to a registry may write such a list of digests, too. */
    @Test
    void aNameThatLeadsOutOfTheFolderIsRefused() throws Exception {
        Path version = model.resolve("1");
        Path report = version.resolve("report.json");
        Files.writeString(report, Files.readString(report).replace("\"fashion\"", "\"../../fashion\""));
        Path sums = version.resolve("SHA256SUMS");
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(report)));
        Files.writeString(
                sums, Files.readString(sums).replaceAll("[0-9a-f]{64}  report.json", digest + "  report.json"));
        assertThat(pull(version.toString())).isEqualTo(ExitCode.INVALID_DATA.code());
        assertThat(err()).contains("report.json: got run run-1 of model ../../fashion");
        assertThat(pulled).doesNotExist();
    }

    @Test
    void wrongUsageIsExplained() {
        assertThat(pullAsIs("--help")).isZero();
        assertThat(out()).contains("usage: pull", "FOLDER");
        assertThat(pullAsIs(model.toString())).isEqualTo(ExitCode.USAGE.code());
        assertThat(err()).contains("expected VERSION FOLDER");
    }

    private int pull(String version) {
        return pullAsIs(version, pulled.toString());
    }

    private int pullAsIs(String... arguments) {
        out.reset();
        err.reset();
        return new Pull(new PrintStream(out, true), new PrintStream(err, true)).run(List.of(arguments));
    }

    private static List<String> files(Path root) throws IOException {
        List<String> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(root)) {
            all.filter(Files::isRegularFile)
                    .forEach(file -> files.add(root.relativize(file).toString()));
        }
        files.sort(null);
        return files;
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
