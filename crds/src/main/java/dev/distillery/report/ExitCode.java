package dev.distillery.report;

/** How a trainer ends. Codes are part of the contract with the Job's pod-failure policy: never renumber. */
public enum ExitCode {
    SUCCEEDED(0, "Succeeded", false),
    /** A bug or something unforeseen; another attempt may help. */
    INTERNAL_ERROR(1, "InternalError", true),
    /** Unknown command or option. */
    USAGE(2, "Usage", false),
    /** The recipe cannot work. */
    INVALID_RECIPE(10, "InvalidRecipe", false),
    /** A data file is missing, truncated, corrupt, or not the one whose checksum the recipe names. */
    INVALID_DATA(11, "InvalidData", false),
    /** The run needs more memory than the machine or the limit gives. */
    OUT_OF_MEMORY(12, "OutOfMemory", false),
    /** The loss became NaN or infinite, or grew without bound. */
    DIVERGED(13, "Diverged", false),
    /** The student missed the gate; nothing was published. */
    GATE_FAILED(14, "GateFailed", false),
    /** A destination refused the model, and would again: credentials, permissions, another model of that name. */
    PUBLISH_FAILED(15, "PublishFailed", false),
    /** The student's stage found no teacher in the workspace, or one trained on other data. */
    TEACHER_MISSING(16, "TeacherMissing", false),
    /** The workspace cannot be read or written, as when it is full; checkpoints that are there stay. */
    WORKSPACE_FAILED(17, "WorkspaceFailed", false),
    /** A destination did not answer, or with errors of its own, time and again; the next attempt publishes only. */
    DESTINATION_UNAVAILABLE(18, "DestinationUnavailable", true),
    /** SIGTERM: stopped on request. Another attempt continues. */
    INTERRUPTED(143, "Interrupted", true);

    private final int code;
    private final String reason;
    private final boolean retryable;

    ExitCode(int code, String reason, boolean retryable) {
        this.code = code;
        this.reason = reason;
        this.retryable = retryable;
    }

    public int code() {
        return code;
    }

    /** CamelCase, for a condition's {@code reason}. */
    public String reason() {
        return reason;
    }

    /** Whether another attempt could end otherwise. */
    public boolean retryable() {
        return retryable;
    }

    /** @return the constant with this code, {@link #INTERNAL_ERROR} for an unknown one */
    public static ExitCode ofCode(int code) {
        for (ExitCode value : values()) {
            if (value.code == code) {
                return value;
            }
        }
        return INTERNAL_ERROR;
    }

    /** @return the constant with this reason, {@link #INTERNAL_ERROR} for an unknown one */
    public static ExitCode ofReason(String reason) {
        for (ExitCode value : values()) {
            if (value.reason.equals(reason)) {
                return value;
            }
        }
        return INTERNAL_ERROR;
    }
}
