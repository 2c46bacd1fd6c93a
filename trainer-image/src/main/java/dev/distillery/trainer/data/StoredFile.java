package dev.distillery.trainer.data;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** A file read once: its content, unpacked if it is gzip, and the SHA-256 of the bytes as they are stored. */
final class StoredFile implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;
    /** Deflate packs at most 1032 bytes into one. */
    private static final long MAX_DEFLATE_RATIO = 1032;

    private final String name;
    private final long storedBytes;
    private final DigestInputStream stored;
    private final InputStream content;
    private final boolean gzip;

    /**
     * @param name field and URI, for messages
     * @throws TrainerException INVALID_DATA if it is missing, no file, not readable, or gzip with a broken header
     */
    StoredFile(String name, Path path) {
        this.name = name;
        InputStream opened = null;
        try {
            if (!Files.isRegularFile(path)) {
                String got = Files.isDirectory(path) ? "a folder" : Files.exists(path) ? "no regular file" : "no file";
                throw defect("got " + got + " at " + path + ", expected an IDX file; check the URI and the mount");
            }
            storedBytes = Files.size(path);
            opened = Files.newInputStream(path);
            stored = new DigestInputStream(opened, MessageDigest.getInstance("SHA-256"));
            BufferedInputStream buffered = new BufferedInputStream(stored, BUFFER_BYTES);
            buffered.mark(2);
            gzip = buffered.read() == 0x1f && buffered.read() == 0x8b;
            buffered.reset();
            content = gzip ? new GZIPInputStream(buffered, BUFFER_BYTES) : buffered;
        } catch (IOException e) {
            closeQuietly(opened, e);
            throw unreadable(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }

    /** @return an upper bound of the content's length, known without unpacking it */
    long maxContentBytes() {
        return gzip ? Math.multiplyExact(storedBytes, MAX_DEFLATE_RATIO) : storedBytes;
    }

    /**
     * @return how many bytes were read; fewer than asked for only at the content's end
     * @throws TrainerException INVALID_DATA if the file is unreadable or its gzip data is broken
     */
    int read(byte[] target, int offset, int length) {
        try {
            return content.readNBytes(target, offset, length);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** @return SHA-256 of the whole file as stored, lower-case hex; reads what is left of it */
    String sha256() {
        try {
            stored.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw unreadable(e);
        }
        return HexFormat.of().formatHex(stored.getMessageDigest().digest());
    }

    TrainerException defect(String problem) {
        return new TrainerException(ExitCode.INVALID_DATA, name + ": " + problem);
    }

    private TrainerException unreadable(IOException e) {
        String problem;
        if (e instanceof EOFException) {
            problem = "the gzip data ends too early (truncated); copy the file again";
        } else if (e instanceof ZipException) {
            problem = "the gzip data is corrupt (" + e.getMessage() + "); copy the file again";
        } else if (e instanceof NoSuchFileException) {
            problem = "no such file; check the URI and the mount";
        } else {
            problem = "cannot be read (" + e + "); check its permissions and the volume";
        }
        return new TrainerException(ExitCode.INVALID_DATA, name + ": " + problem, e);
    }

    private static void closeQuietly(InputStream opened, IOException failure) {
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            content.close();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }
}
