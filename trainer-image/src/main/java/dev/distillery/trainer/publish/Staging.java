package dev.distillery.trainer.publish;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes aside, then renames. Names begin with {@value #PREFIX}, in the folder of the model, so they lie on the same
 * file system, and servers, which look for numbered folders, pass them over.
 */
final class Staging {
    static final String PREFIX = ".staging-";
    /** A run that has not renamed its folder by now is dead. */
    static final Duration STALE = Duration.ofDays(1);

    private static final Logger LOG = LoggerFactory.getLogger(Staging.class);

    private Staging() {}

    /** @return a new folder inside {@code parent} with the files, whose names may have folders, all of it on disk; on failure nothing is left */
    static Path write(Path parent, Map<String, byte[]> files) throws IOException {
        // Not createTempDirectory: its mode 0700 would lock servers with another user id out.
        Path folder = Files.createDirectory(parent.resolve(PREFIX + UUID.randomUUID()));
        try {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path target = folder.resolve(file.getKey());
                Files.createDirectories(target.getParent());
                writeSynced(target, file.getValue());
                sync(target.getParent());
            }
            sync(folder);
            return folder;
        } catch (IOException | RuntimeException e) {
            delete(folder);
            throw e;
        }
    }

    /** Replaces a file in one step; does nothing if it already holds this content. */
    static void replace(Path file, byte[] content) throws IOException {
        if (holds(file, content)) {
            return;
        }
        Path aside = file.resolveSibling(PREFIX + UUID.randomUUID());
        try {
            writeSynced(aside, content);
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(aside);
        }
    }

    static boolean holds(Path file, byte[] content) throws IOException {
        return Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), content);
    }

    /** Deletes what dead runs left in {@code parent}; what cannot be deleted stays. */
    static void deleteStale(Path parent, Instant now) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path each : left) {
                if (Files.getLastModifiedTime(each).toInstant().isBefore(now.minus(STALE))) {
                    LOG.info("deleting {}, left behind by a run that died", each);
                    delete(each);
                }
            }
        } catch (NoSuchFileException e) {
            LOG.debug("another run deleted {} first", e.getFile());
        }
    }

    /** Deletes a file or folder with all in it; a failure is logged only. */
    static void delete(Path path) {
        try (Stream<Path> tree = Files.walk(path)) {
            List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path each : deepestFirst) {
                Files.deleteIfExists(each);
            }
        } catch (NoSuchFileException e) {
            LOG.debug("{} is gone already", path);
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("cannot delete {}: {}", path, e.toString());
        }
    }

    /** Makes entries of a folder durable where the file system can; some network file systems cannot. */
    static void sync(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.debug("{} cannot be synced: {}", folder, e.toString());
        }
    }

    private static void writeSynced(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }
}
