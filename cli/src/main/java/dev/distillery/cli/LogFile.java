package dev.distillery.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A log that is shown in part when something went wrong. */
record LogFile(Path path) {
    private static final int TAIL_BYTES = 32 * 1024;
    private static final int EXCERPT_LINES = 20;
    private static final Pattern STACK_FRAME = Pattern.compile("\\s+(at |\\.\\.\\. \\d+ more).*");

    /** @return the log that a pod wrote to last, if any did since */
    static Optional<LogFile> newestPod(Path pods, Instant since) {
        if (!Files.isDirectory(pods)) {
            return Optional.empty();
        }
        try (Stream<Path> folders = Files.list(pods)) {
            return folders.map(folder -> folder.resolve("log"))
                    .filter(Files::isRegularFile)
                    .filter(log -> modified(log).toInstant().isAfter(since))
                    .max(Comparator.comparing(LogFile::modified))
                    .map(LogFile::new);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** @return at most so many of the last lines, stack frames left out; none if there is no such file */
    List<String> lastLines(int count) {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            long start = Math.max(0, file.length() - TAIL_BYTES);
            byte[] tail = new byte[(int) (file.length() - start)];
            file.seek(start);
            file.readFully(tail);
            List<String> lines = new String(tail, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !STACK_FRAME.matcher(line).matches())
                    .toList();
            return lines.subList(Math.max(0, lines.size() - count), lines.size());
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Where it lies and how it ends, for an error message. */
    String excerpt() {
        StringBuilder text = new StringBuilder("log: ").append(path);
        lastLines(EXCERPT_LINES).forEach(line -> text.append("\n  | ").append(line));
        return text.toString();
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }
}
