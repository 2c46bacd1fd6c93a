package dev.distillery.cli;

import dev.distillery.report.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The folder of one embedded cluster, held by one process at a time: kubeconfig, logs, and the data of volume claims. */
final class StateDirectory implements AutoCloseable {
    private final Path path;
    private final FileChannel lock;

    private StateDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** @throws Failure if another process holds it, or it cannot be made */
    static StateDirectory lock(Path folder) {
        Path path = folder.toAbsolutePath().normalize();
        Path file = path.resolve("lock");
        try {
            Files.createDirectories(path.resolve("logs"));
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                channel.close();
                throw new Failure(
                        ExitCode.USAGE,
                        "%s is in use by process %s: wait for it, or name another folder with --state"
                                .formatted(path, Files.readString(file).strip()));
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8)));
            return new StateDirectory(path, channel);
        } catch (IOException e) {
            throw new Failure(ExitCode.USAGE, "--state " + path + ": cannot be written: " + e, e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    Path path() {
        return path;
    }

    Path operatorLog() {
        return path.resolve("logs").resolve("operator.log");
    }

    Path clusterLog() {
        return path.resolve("logs").resolve("cluster.log");
    }

    /** Where the embedded cluster keeps the data of a namespace's volume claims. */
    Path claims(String namespace) {
        return path.resolve("volumes").resolve(namespace);
    }

    /** Where it keeps the logs of a namespace's pods. */
    Path pods(String namespace) {
        return path.resolve("pods").resolve(namespace);
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
