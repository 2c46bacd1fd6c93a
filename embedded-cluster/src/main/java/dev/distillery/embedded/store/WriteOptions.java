package dev.distillery.embedded.store;

import java.util.function.Consumer;

/**
 * How a write is to be done.
 *
 * @param manager who will own the fields
 * @param force whether an apply takes fields from other owners
 * @param warnings receives what the client should be warned of
 */
public record WriteOptions(
        String manager, boolean dryRun, boolean force, FieldValidation validation, Consumer<String> warnings) {
    /** What becomes of fields that a schema does not know. */
    public enum FieldValidation {
        IGNORE,
        WARN,
        STRICT
    }

    public static WriteOptions by(String manager) {
        return new WriteOptions(manager, false, false, FieldValidation.IGNORE, warning -> {});
    }
}
