package dev.distillery.trainer.data;

import dev.distillery.recipe.Dataset;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Writes IDX files and the recipe parts that name them. */
final class IdxFixture {
    private IdxFixture() {}

    static byte[] idx(int type, int[] dimensions, byte[] elements) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * dimensions.length + elements.length);
        bytes.put((byte) 0).put((byte) 0).put((byte) type).put((byte) dimensions.length);
        for (int size : dimensions) {
            bytes.putInt(size);
        }
        return bytes.put(elements).array();
    }

    /** Grey images; pixel p of image i is (i + p) mod 256. */
    static byte[] images(int count, int height, int width) {
        byte[] pixels = new byte[count * height * width];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i / (height * width) + i % (height * width));
        }
        return idx(0x08, new int[] {count, height, width}, pixels);
    }

    /** Labels 0, 1, …, classes − 1, 0, 1, … */
    static byte[] labels(int count, int classes) {
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) (i % classes);
        }
        return idx(0x08, new int[] {count}, labels);
    }

    static byte[] gzip(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static Dataset.Source source(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Dataset.Source(file.toUri().toString(), null);
    }

    static Dataset dataset(Dataset.Split train, Dataset.Split validation, List<String> classes) {
        return new Dataset(
                Dataset.Format.IDX, train, validation, classes, null, 0, new Dataset.Augmentation(0, null, false));
    }
}
