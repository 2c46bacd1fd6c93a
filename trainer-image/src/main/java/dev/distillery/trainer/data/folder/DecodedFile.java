package dev.distillery.trainer.data.folder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decoded pixels in a file that is mapped into memory: the kernel keeps in memory what fits and nothing of it counts
 * against the Java heap. The file has no name from the moment it is open, so nobody else meets it, whatever happens to
 * this process, and its space is free when the process ends.
 *
 * <p>First written, then sealed, then read; each by several threads.
 */
public final class DecodedFile {
    /** More is not kept: it would be read from disk again and again, which costs more than decoding. */
    public static final long MAX_BYTES = 2L << 30;

    private static final Logger LOG = LoggerFactory.getLogger(DecodedFile.class);
    private static final long SEGMENT_BYTES = 1L << 30;

    private final FileChannel channel;
    private final long bytes;
    private final List<MappedByteBuffer> segments = new ArrayList<>();

    private DecodedFile(FileChannel channel, long bytes) {
        this.channel = channel;
        this.bytes = bytes;
    }

    /**
     * @param folder on a local disk
     * @return empty if the folder has no room, which the log says
     */
    static Optional<DecodedFile> create(Path folder, long bytes) {
        try {
            long room = Files.getFileStore(folder).getUsableSpace();
            if (room < bytes) {
                throw new IOException(mebibytes(room) + " MiB are free, " + mebibytes(bytes) + " MiB are needed");
            }
            Path file = Files.createTempFile(folder, "distillery-", ".pixels");
            try {
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                return Optional.of(new DecodedFile(channel, bytes));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            warn(folder, e);
            return Optional.empty();
        }
    }

    static void warn(Path folder, IOException e) {
        LOG.warn(
                "{}: decoded images cannot be kept there ({}); they are decoded in each epoch, which is slower",
                folder,
                e.getMessage());
    }

    /** Really writes: a disk that is full must fail here, not when a mapped page is touched. */
    void write(long position, byte[] pixels, int length) throws IOException {
        ByteBuffer source = ByteBuffer.wrap(pixels, 0, length);
        long at = position;
        while (source.hasRemaining()) {
            at += channel.write(source, at);
        }
    }

    /** Ends writing. */
    void seal() throws IOException {
        try (channel) {
            // A hole at the end, of an image that was left out, is no reason for the map to reach beyond the file.
            if (channel.size() < bytes) {
                channel.write(ByteBuffer.allocate(1), bytes - 1);
            }
            for (long from = 0; from < bytes; from += SEGMENT_BYTES) {
                segments.add(channel.map(FileChannel.MapMode.READ_ONLY, from, Math.min(SEGMENT_BYTES, bytes - from)));
            }
        }
    }

    void read(long position, byte[] target, int offset, int length) {
        int done = 0;
        while (done < length) {
            long at = position + done;
            MappedByteBuffer segment = segments.get((int) (at / SEGMENT_BYTES));
            int within = (int) (at % SEGMENT_BYTES);
            int some = Math.min(length - done, segment.limit() - within);
            segment.get(within, target, offset + done, some);
            done += some;
        }
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long mebibytes(long count) {
        return count >> 20;
    }
}
