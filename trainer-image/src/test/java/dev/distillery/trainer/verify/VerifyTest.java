package dev.distillery.trainer.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.publish.PublishedFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyTest {
    private static final int FLIPS_PER_FILE = 40;

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path model;
    private Path version;

    @BeforeEach
    void publish() throws IOException {
        Files.copy(key("protected.key"), folder.resolve("cosign.key"));
        Files.writeString(folder.resolve("cosign.password"), "secret");
        model = PublishedFixture.publish(folder.resolve("models"), folder);
        version = model.resolve("1");
    }

    @Test
    void whatWasPublishedIsFoundAsItWas() {
        assertThat(verify(version.toString())).isZero();
        assertThat(out()).contains("11 files as published", "signature not checked: no --key");
        assertThat(verify("--key", key("protected.pub").toString(), version.toString()))
                .isZero();
        assertThat(out()).contains("signed by the given key");
        assertThat(verify(
                        "--key",
                        key("protected.pub").toString(),
                        "--",
                        model.toUri().toString()))
                .as("the model's folder stands for its latest version")
                .isZero();
    }

    /** Seeded bits, and both ends, of each file of the version and of the files that servers read beside it. */
    @Test
    void aBitFlippedAnywhereIsFound() throws IOException {
        SplittableRandom random = new SplittableRandom(19);
        List<Path> files;
        try (Stream<Path> all = Files.walk(model)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        assertThat(files).hasSize(15);
        for (Path file : files) {
            byte[] whole = Files.readAllBytes(file);
            for (int i = 0; i < FLIPS_PER_FILE + 2; i++) {
                int bit = i == 0 ? 0 : i == 1 ? 8 * whole.length - 1 : random.nextInt(8 * whole.length);
                byte[] flipped = whole.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                Files.write(file, flipped);
                assertThat(verify("--key", key("protected.pub").toString(), version.toString()))
                        .as("bit %d of %s", bit, file)
                        .isEqualTo(ExitCode.INVALID_DATA.code());
                assertThat(err()).contains(file.getFileName().toString());
            }
            Files.write(file, whole);
        }
        assertThat(verify("--key", key("protected.pub").toString(), version.toString()))
                .isZero();
    }

    @Test
    void missingAndForeignFilesAreNamed() throws IOException {
        Files.delete(version.resolve("labels.txt"));
        Files.writeString(version.resolve("extra.onnx"), "x");
        assertThat(verify(version.toString())).isEqualTo(ExitCode.INVALID_DATA.code());
        assertThat(err()).contains("labels.txt: missing", "extra.onnx: was not published with this version");
        Files.delete(version.resolve("SHA256SUMS"));
        assertThat(verify(version.toString())).isEqualTo(ExitCode.INVALID_DATA.code());
        assertThat(err()).contains("SHA256SUMS: there is none");
    }

    @Test
    void anotherKeyAndNoSignatureAreRefused() throws IOException {
        assertThat(verify("--key", key("open.pub").toString(), version.toString()))
                .isEqualTo(ExitCode.INVALID_DATA.code());
        assertThat(err()).contains("SHA256SUMS.sig: is not the given key's signature");
        Files.delete(version.resolve("SHA256SUMS.sig"));
        assertThat(verify("--key", key("protected.pub").toString(), version.toString()))
                .isEqualTo(ExitCode.INVALID_DATA.code());
        assertThat(err()).contains("SHA256SUMS.sig: there is none");
    }

    @Test
    void anEarlierVersionIsNotHeldAgainstTheModelsFolder() throws IOException {
        Files.createDirectory(model.resolve("2"));
        Files.writeString(model.resolve("config.pbtxt"), "name: \"of version 2\"");
        assertThat(verify(version.toString())).isZero();
    }

    @Test
    void whoServesInt8MayWriteItIntoTheModelsFolder() throws IOException {
        Path config = model.resolve("config.pbtxt");
        String fp32 = Files.readString(config);
        Files.writeString(config, fp32.replace("\"model.onnx\"", "\"model-int8.onnx\""));
        assertThat(verify(version.toString())).isZero();
        Files.writeString(config, fp32.replace("\"model.onnx\"", "\"other.onnx\""));
        assertThat(verify(version.toString())).isEqualTo(ExitCode.INVALID_DATA.code());
        assertThat(err()).contains("../config.pbtxt: differs");
    }

    @Test
    void wrongUsageIsExplained() {
        for (String[] arguments : new String[][] {
            {},
            {"a", "b"},
            {"--key"},
            {"http://models/fashion"},
            {"oci://registry.example"},
            {"--key", "nowhere.pub", version.toString()}
        }) {
            assertThat(verify(arguments)).isEqualTo(ExitCode.USAGE.code());
            assertThat(err()).contains("expected");
        }
        assertThat(verify(folder.resolve("nowhere").toString())).isEqualTo(ExitCode.INVALID_DATA.code());
    }

    /** GNU coreutils read the same list, wherever they are. */
    @Test
    void sha256sumAgrees() throws IOException, InterruptedException {
        assumeThat(Path.of("/usr/bin/sha256sum")).exists();
        Process check = new ProcessBuilder("/usr/bin/sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS")
                .directory(version.toFile())
                .inheritIO()
                .start();
        assertThat(check.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(check.exitValue()).isZero();
    }

    private int verify(String... arguments) {
        out.reset();
        err.reset();
        return new Verify(new PrintStream(out, true), new PrintStream(err, true)).run(List.of(arguments));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static Path key(String name) {
        try {
            return Path.of(VerifyTest.class.getResource("/signing/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
