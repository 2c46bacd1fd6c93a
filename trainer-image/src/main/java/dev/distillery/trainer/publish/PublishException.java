package dev.distillery.trainer.publish;

import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.util.List;

/** Not every destination has the student. */
public final class PublishException extends TrainerException {
    private final transient List<Artifact> done;

    PublishException(ExitCode exitCode, String message, List<Artifact> done, Throwable cause) {
        super(exitCode, message, cause);
        this.done = List.copyOf(done);
    }

    /** @return what is visible nevertheless */
    public List<Artifact> done() {
        return done;
    }
}
