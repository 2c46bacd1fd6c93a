package dev.distillery.trainer;

import dev.distillery.report.ExitCode;
import java.util.Objects;

/**
 * A failure that its reader can do something about. Everything a user meets is this exception: one message that says
 * what failed, where, what was found, what was expected and what to do. Anything else that ends a run is a bug.
 */
public class TrainerException extends RuntimeException {
    private final ExitCode exitCode;

    public TrainerException(ExitCode exitCode, String message) {
        this(exitCode, message, null);
    }

    public TrainerException(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = Objects.requireNonNull(exitCode);
    }

    /** How the process ends for this failure. */
    public ExitCode exitCode() {
        return exitCode;
    }
}
