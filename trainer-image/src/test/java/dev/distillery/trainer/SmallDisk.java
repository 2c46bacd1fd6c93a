package dev.distillery.trainer;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A file system in memory that is full when a test wants it to be. */
public final class SmallDisk implements AutoCloseable {
    /** What a file takes is a multiple of it. */
    public static final int BLOCK = 256;

    private static final int TOTAL = 1 << 20;

    private final FileSystem files = Jimfs.newFileSystem(Configuration.unix().toBuilder()
            .setBlockSize(BLOCK)
            .setMaxSize(TOTAL)
            .setMaxCacheSize(0)
            .build());

    public Path root() {
        return files.getPath("/work");
    }

    /** Leaves so many blocks free. */
    public void fillUp(int free) throws IOException {
        long used = 0;
        for (byte[] content : content(root()).values()) {
            used += blocks(content);
        }
        Files.write(ballast(), new byte[(int) (TOTAL / BLOCK - used - free) * BLOCK]);
    }

    /** Makes room again. */
    public void free() throws IOException {
        Files.delete(ballast());
    }

    /** @return how many blocks a file of this content takes */
    public static int blocks(byte[] content) {
        return (content.length + BLOCK - 1) / BLOCK;
    }

    /** @return of all files below a folder by path, in any file system; nothing where it does not exist */
    public static Map<String, byte[]> content(Path folder) throws IOException {
        Map<String, byte[]> content = new TreeMap<>();
        if (Files.exists(folder)) {
            try (Stream<Path> tree = Files.walk(folder)) {
                List<Path> all = tree.filter(Files::isRegularFile).toList();
                for (Path file : all) {
                    content.put(folder.relativize(file).toString(), Files.readAllBytes(file));
                }
            }
        }
        return content;
    }

    /** Copies what lies here to a folder of the machine, for readers that map files. */
    public void copyTo(Path folder) throws IOException {
        for (Map.Entry<String, byte[]> file : content(root()).entrySet()) {
            Path copy = folder.resolve(file.getKey());
            Files.createDirectories(copy.getParent());
            Files.write(copy, file.getValue());
        }
    }

    private Path ballast() {
        return files.getPath("/ballast");
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}
