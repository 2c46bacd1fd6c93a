package dev.distillery.trainer.checkpoint;

import dev.distillery.trainer.Sha256;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is either whole or absent, also after a power failure: written beside its place, synced, and renamed. Closed
 * without {@link #commit}, nothing of it stays.
 */
final class AtomicFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AtomicFile.class);
    private static final String PART = ".part-";
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path folder;
    private final Path part;
    private final FileChannel channel;
    private final DigestOutputStream content;

    /** Starts a file; its name may depend on its content. */
    AtomicFile(Path folder) throws IOException {
        this.folder = folder;
        this.part = folder.resolve(PART + UUID.randomUUID());
        this.channel = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        this.content = new DigestOutputStream(
                new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES), Sha256.digest());
    }

    /** Writes a whole file at once. */
    static void write(Path target, byte[] bytes) throws IOException {
        try (AtomicFile file = new AtomicFile(target.getParent())) {
            file.content().write(bytes);
            file.sha256();
            file.commit(target.getFileName().toString());
        }
    }

    OutputStream content() {
        return content;
    }

    /** Ends the content. @return its SHA-256, lower-case hex */
    String sha256() throws IOException {
        content.flush();
        MessageDigest digest = content.getMessageDigest();
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Makes the file appear under this name, in place of one that is there. */
    void commit(String name) throws IOException {
        content.flush();
        channel.force(true);
        channel.close();
        Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // The rename itself lies in the folder.
        try (FileChannel entry = openFolder()) {
            if (entry != null) {
                entry.force(true);
            }
        }
    }

    /** @return null where the file system gives no channel of a folder; one that cannot be synced is an error */
    private FileChannel openFolder() {
        try {
            return FileChannel.open(folder, StandardOpenOption.READ);
        } catch (IOException e) {
            LOG.debug("{} cannot be synced: {}", folder, e.toString());
            return null;
        }
    }

    /** @return whether a process that was killed left this behind while it wrote */
    static boolean isPart(Path file) {
        return file.getFileName().toString().startsWith(PART);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(part);
    }
}
