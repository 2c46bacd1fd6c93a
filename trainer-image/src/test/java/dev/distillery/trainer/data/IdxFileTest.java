package dev.distillery.trainer.data;

import static dev.distillery.trainer.data.IdxFixture.gzip;
import static dev.distillery.trainer.data.IdxFixture.idx;
import static dev.distillery.trainer.data.IdxFixture.images;
import static dev.distillery.trainer.data.IdxFixture.labels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFileTest {
    private static final long HEAP = 1L << 30;

    @TempDir
    Path folder;

    @Test
    void readsPlainAndGzipAlike() throws Exception {
        byte[] plain = images(5, 4, 3);
        byte[] packed = gzip(plain);
        IdxFile fromPlain = read(plain, IdxFile.Content.IMAGES, sha256(plain));
        IdxFile fromPacked = read(packed, IdxFile.Content.IMAGES, sha256(packed));
        assertThat(fromPlain.dimensions()).containsExactly(5, 4, 3);
        assertThat(fromPlain.elements()).isEqualTo(Arrays.copyOfRange(plain, 16, plain.length));
        assertThat(fromPacked.elements()).isEqualTo(fromPlain.elements());
        assertThat(fromPlain.sha256()).isEqualTo(sha256(plain));
        assertThat(fromPacked.sha256()).isEqualTo(sha256(packed));
    }

    @Test
    void readsFourDimensionsAsChannelsLast() throws Exception {
        byte[] rgb = idx(0x08, new int[] {2, 2, 2, 3}, new byte[24]);
        assertThat(read(rgb, IdxFile.Content.IMAGES, null).dimensions()).containsExactly(2, 2, 2, 3);
    }

    @Test
    void refusesAFileThatIsNotThere() {
        refused(folder.resolve("none"), null, "no file");
        refused(folder, null, "a folder");
    }

    @Test
    void refusesBrokenGzip() {
        byte[] packed = gzip(images(50, 8, 8));
        byte[] wrongCrc = packed.clone();
        wrongCrc[packed.length - 6] ^= 1;
        byte[] wrongData = packed.clone();
        wrongData[10] = (byte) 0xff;
        refused(Arrays.copyOf(packed, packed.length / 2), "truncated");
        refused(Arrays.copyOf(packed, packed.length - 4), "truncated");
        refused(Arrays.copyOf(packed, 5), "truncated");
        refused(wrongCrc, "corrupt");
        refused(wrongData, "corrupt");
    }

    @Test
    void refusesWrongHeaders() {
        refused(new byte[0], "empty");
        refused(new byte[] {0, 0, 8}, "only 3 bytes");
        refused(new byte[] {0, 0, 8, 3, 0, 0}, "only 2 bytes");
        refused("PNG and so on".getBytes(StandardCharsets.US_ASCII), "0x504e4720");
        refused(labels(3, 2), "0x00000801", "swapped");
        refused(idx(0x0D, new int[] {1, 2, 2}, new byte[16]), "0x0d (float32)", "uint8");
        refused(idx(0x08, new int[] {0, 2, 2}, new byte[0]), "size 0 in dimension 0");
        refused(idx(0x08, new int[] {2, 2, 0}, new byte[0]), "size 0 in dimension 2");
        refused(idx(0x08, new int[] {2, -1, 2}, new byte[0]), "size 4294967295 in dimension 1");
    }

    @Test
    void refusesDataThatIsNotAsLongAsTheHeaderSays() {
        byte[] good = images(50, 8, 8);
        refused(Arrays.copyOf(good, good.length - 1), "got 3199 bytes of data, expected 3200");
        refused(Arrays.copyOf(good, good.length - 17), "more than the file can hold");
        refused(gzip(Arrays.copyOf(good, good.length - 1)), "got 3199 bytes of data, expected 3200");
        refused(Arrays.copyOf(good, good.length + 1), "bytes after the 3200");
        refused(gzip(Arrays.copyOf(good, good.length + 1)), "bytes after the 3200");
    }

    @Test
    void refusesABombBeforeAllocating() {
        refused(gzip(idx(0x08, new int[] {20_000, 300, 300}, new byte[0])), "more than the file can hold");
        refused(idx(0x08, new int[] {60_000, 224, 224}, new byte[0]), "at most 2147483639 bytes");
        int max = Integer.MAX_VALUE;
        refused(idx(0x08, new int[] {max, max, max, max}, new byte[0]), "at most 2147483639 bytes");
    }

    @Test
    void namesBothDigestsWhenTheFileIsAnother() throws Exception {
        byte[] content = images(5, 4, 3);
        String other = "0".repeat(64);
        refused(write(content), other, "SHA-256 " + sha256(content), other);
        refused(write(Arrays.copyOf(content, 30)), other, "SHA-256", "more than the file can hold");
    }

    @Test
    void refusesWhatTheHeapCannotHold() throws Exception {
        Path path = write(images(100, 10, 10));
        TrainerException e = catchThrowableOfType(
                TrainerException.class,
                () -> IdxFile.read("field", path, IdxFile.Content.IMAGES, null, new HeapBudget(10_000)));
        assertThat(e.exitCode()).isEqualTo(ExitCode.OUT_OF_MEMORY);
        assertThat(e).hasMessageContaining("spec.compute.memory");
    }

    private void refused(byte[] content, String... parts) {
        refused(write(content), null, parts);
    }

    private void refused(Path path, String sha256, String... parts) {
        TrainerException e = catchThrowableOfType(
                TrainerException.class,
                () -> IdxFile.read("field (uri)", path, IdxFile.Content.IMAGES, sha256, new HeapBudget(HEAP)));
        assertThat(e).isNotNull();
        assertThat(e.exitCode()).isEqualTo(ExitCode.INVALID_DATA);
        assertThat(e).hasMessageStartingWith("field (uri): ").hasMessageContainingAll(parts);
    }

    private IdxFile read(byte[] bytes, IdxFile.Content content, String sha256) {
        return IdxFile.read("field (uri)", write(bytes), content, sha256, new HeapBudget(HEAP));
    }

    private Path write(byte[] content) {
        try {
            return Files.write(folder.resolve("file.idx"), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }
}
