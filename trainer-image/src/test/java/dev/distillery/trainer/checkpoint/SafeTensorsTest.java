package dev.distillery.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsTest {
    private static final SafeTensors FILE = new SafeTensors(
            Map.of("fc.weight", new float[] {1.5f, -0f, Float.MIN_VALUE}), Map.of("state", "{\"a\": \"ß\"}"));

    @TempDir
    Path folder;

    @Test
    void givesBackValuesAndTextsToTheBit() throws IOException {
        SafeTensors read = SafeTensors.read(file(bytes()));
        assertThat(read.values().get("fc.weight")).isEqualTo(FILE.values().get("fc.weight"));
        assertThat(read.metadata()).isEqualTo(FILE.metadata());
    }

    @Test
    void isLaidOutAsTheFormatSays() throws IOException {
        byte[] file = bytes();
        int header = file.length - 3 * Float.BYTES - Long.BYTES;
        assertThat(file[0] & 0xff).isEqualTo(header);
        assertThat(new String(file, Long.BYTES, header, StandardCharsets.UTF_8))
                .isEqualTo("{\"__metadata__\":{\"state\":\"{\\\"a\\\": \\\"ß\\\"}\"},"
                        + "\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}");
    }

    @Test
    void aFileCutAnywhereIsRefused() throws IOException {
        byte[] whole = bytes();
        for (int length = 0; length < whole.length; length++) {
            Path cut = file(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> SafeTensors.read(cut)).isInstanceOf(IOException.class);
        }
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("file.safetensors"), content);
    }

    private static byte[] bytes() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FILE.write(out);
        return out.toByteArray();
    }
}
