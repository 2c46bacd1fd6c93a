package dev.distillery.trainer.verify;

import dev.distillery.trainer.publish.VersionContent;
import dev.distillery.trainer.signing.VerificationKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A version as it was when it was read: what is checked is what is used. */
record VersionInMemory(VersionContent origin, SortedMap<String, byte[]> files) implements VersionContent {
    static VersionInMemory read(VersionContent origin) throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        for (String name : origin.names()) {
            try (InputStream in = origin.open(name)) {
                files.put(name, in.readAllBytes());
            }
        }
        return new VersionInMemory(origin, files);
    }

    @Override
    public Integer number() {
        return origin.number();
    }

    @Override
    public SortedSet<String> names() {
        return new TreeSet<>(files.keySet());
    }

    @Override
    public InputStream open(String name) throws NoSuchFileException {
        if (!files.containsKey(name)) {
            throw new NoSuchFileException(name);
        }
        return new ByteArrayInputStream(files.get(name));
    }

    @Override
    public List<String> faultsAround(VerificationKey key) throws IOException {
        return origin.faultsAround(key);
    }

    @Override
    public String toString() {
        return origin.toString();
    }
}
