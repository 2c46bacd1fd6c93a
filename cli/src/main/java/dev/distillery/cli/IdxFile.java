package dev.distillery.cli;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * What an IDX file, plain or gzip, holds. The whole file is read, so that a truncated one does not pass.
 *
 * @param dimensions count first: {@code (N, rows, columns)} or {@code (N, rows, columns, channels)} for images, {@code (N)} for labels
 * @param least the least byte, which for labels is the least label
 * @param greatest the greatest byte, likewise
 */
record IdxFile(int[] dimensions, int least, int greatest) {
    private static final int UNSIGNED_BYTES = 0x08;
    private static final int GZIP_MAGIC = 0x1f8b;
    private static final int BUFFER_BYTES = 1 << 16;

    /** @throws IOException with a message that says what is wrong with the content */
    static IdxFile read(Path file) throws IOException {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
                DataInputStream in = new DataInputStream(unpacked(raw))) {
            int magic = in.readInt();
            int rank = magic & 0xff;
            if (magic >>> 8 != UNSIGNED_BYTES || rank < 1 || rank > 4) {
                throw new IOException("no IDX file of unsigned bytes: it starts with 0x%08x".formatted(magic));
            }
            int[] dimensions = new int[rank];
            long expected = 1;
            for (int i = 0; i < rank; i++) {
                dimensions[i] = in.readInt();
                if (dimensions[i] < 1) {
                    throw new IOException("size %s in dimension %d: no entries, or images without pixels"
                            .formatted(Integer.toUnsignedString(dimensions[i]), i));
                }
                expected *= dimensions[i];
            }
            byte[] buffer = new byte[BUFFER_BYTES];
            long bytes = 0;
            int least = 0xff;
            int greatest = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                bytes += read;
                for (int i = 0; i < read; i++) {
                    least = Math.min(least, buffer[i] & 0xff);
                    greatest = Math.max(greatest, buffer[i] & 0xff);
                }
            }
            if (bytes != expected) {
                throw new IOException("%d bytes of data where its header says %d".formatted(bytes, expected));
            }
            return new IdxFile(dimensions, least, greatest);
        } catch (EOFException e) {
            throw new IOException("truncated: it ends in the middle", e);
        }
    }

    int count() {
        return dimensions[0];
    }

    private static InputStream unpacked(InputStream raw) throws IOException {
        raw.mark(2);
        int start = raw.read() << 8 | raw.read();
        raw.reset();
        return start == GZIP_MAGIC ? new BufferedInputStream(new GZIPInputStream(raw), BUFFER_BYTES) : raw;
    }
}
