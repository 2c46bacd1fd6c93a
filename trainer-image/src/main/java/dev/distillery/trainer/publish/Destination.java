package dev.distillery.trainer.publish;

import dev.distillery.report.Artifact;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.util.Optional;

/**
 * One place that a student goes to, under its model's name. Content comes first and is read back, then the version is
 * declared in one step: who looks sees it whole or not at all. What names the newest version moves after that. Cut off anywhere and begun again, it ends with one version
 * of the run.
 *
 * <p>All methods throw a {@link TrainerException}: PUBLISH_FAILED for what would fail again (credentials, permissions, a
 * version or name that is taken), DESTINATION_UNAVAILABLE for what may not. A folder's {@link IOException} is the caller's
 * to explain.
 */
public interface Destination extends AutoCloseable {
    /** Finds out before training whether the place is there and lets us in. */
    default void reach() throws IOException {}

    /** @return the whole version that this run published here before */
    Optional<Artifact> publishedBy(String runId) throws IOException;

    /** Refuses a model that is not the one of this name, or a version that is taken; changes nothing. */
    void check(ModelVersion model) throws IOException;

    /** Brings the content, which no reader takes for a version yet, and reads it back. */
    Staged stage(ModelVersion model) throws IOException;

    /**
     * Names this version, which is declared, as the newest, if its number is the highest; does nothing if that is done.
     *
     * @return a warning, where the place does not let that name move
     */
    default Optional<String> moveLatest(Artifact version) throws IOException {
        return Optional.empty();
    }

    @Override
    default void close() {}

    /** Content that waits to be declared a version. */
    interface Staged extends AutoCloseable {
        /** Makes the version visible. */
        Artifact commit() throws IOException;

        /** Without {@link #commit}: clears away what would be of no use to another attempt. */
        @Override
        default void close() {}
    }
}
