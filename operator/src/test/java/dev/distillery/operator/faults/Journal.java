package dev.distillery.operator.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** What the trainers of one workspace wrote down, in the order in which it happened: a word for what it is, then what it is of. */
record Journal(Path workspace) {
    /** Another process of the stage is alive. */
    static final String OVERLAP = "overlap";
    /** The run, and the checksum. */
    static final String PUBLISH = "publish";
    /** What a pod is about to say, see {@link Statement}. */
    static final String STATEMENT = "statement";
    /** The late report of this pod was taken after one of its successor's. */
    static final String STALE = "stale";

    void add(String kind, Object... words) throws IOException {
        StringBuilder line = new StringBuilder(kind);
        for (Object word : words) {
            line.append(' ').append(word);
        }
        Files.writeString(file(), line.append('\n'), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** @return the words after the first of each line of this kind */
    List<List<String>> lines(String kind) throws IOException {
        return Files.notExists(file())
                ? List.of()
                : Files.readAllLines(file()).stream()
                        .map(line -> List.of(line.split(" ")))
                        .filter(words -> words.get(0).equals(kind))
                        .map(words -> words.subList(1, words.size()))
                        .toList();
    }

    private Path file() {
        return workspace.resolve("journal");
    }
}
