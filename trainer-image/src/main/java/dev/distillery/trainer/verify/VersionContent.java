package dev.distillery.trainer.verify;

import java.io.IOException;
import java.io.InputStream;
import java.util.SortedSet;

/** The files of a published version, wherever it lies. */
public interface VersionContent {
    /** @return of all files, also of those that do not belong there */
    SortedSet<String> names() throws IOException;

    /** @throws java.nio.file.NoSuchFileException if there is no such file */
    InputStream open(String name) throws IOException;
}
