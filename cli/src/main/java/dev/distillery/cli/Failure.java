package dev.distillery.cli;

import dev.distillery.report.ExitCode;
import java.io.PrintWriter;

/** A command's end that the user can do something about; the message is the whole of what they need. */
final class Failure extends RuntimeException {
    private final ExitCode code;
    private final String excerpt;

    Failure(ExitCode code, String message) {
        this(code, message, null, null);
    }

    Failure(ExitCode code, String message, Throwable cause) {
        this(code, message, null, cause);
    }

    /** @param log where the user may read more; its last lines are printed below the message */
    Failure(ExitCode code, String message, LogFile log) {
        this(code, message, log.excerpt(), null);
    }

    private Failure(ExitCode code, String message, String excerpt, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.excerpt = excerpt;
    }

    ExitCode code() {
        return code;
    }

    /** Silent when the user has stopped the command: they know. */
    void print(PrintWriter err) {
        if (code == ExitCode.INTERRUPTED) {
            return;
        }
        err.println("error: " + getMessage());
        if (excerpt != null) {
            err.println(excerpt);
        }
    }
}
