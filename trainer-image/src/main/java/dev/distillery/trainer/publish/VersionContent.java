package dev.distillery.trainer.publish;

import dev.distillery.trainer.signing.VerificationKey;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.SortedSet;

/** The files of a published version, wherever it lies. */
public interface VersionContent extends AutoCloseable {
    /** @return under which it lies there; null if under none */
    Integer number();

    /** @return of all files, also of those that do not belong there */
    SortedSet<String> names() throws IOException;

    /** @throws java.nio.file.NoSuchFileException if there is no such file */
    InputStream open(String name) throws IOException;

    /**
     * @param key null to check no signature
     * @return what is not as it was published around the version's own files, one sentence each
     */
    List<String> faultsAround(VerificationKey key) throws IOException;

    @Override
    default void close() {}
}
