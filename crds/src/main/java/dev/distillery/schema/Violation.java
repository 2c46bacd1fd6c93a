package dev.distillery.schema;

/**
 * One thing that is wrong with an input.
 *
 * @param path where, e.g. {@code spec.tricks.warmup.epochs} or {@code spec.classes[2]}
 * @param got what stands there
 * @param expected what would be right, and where it helps what to do
 */
public record Violation(String path, String got, String expected) {
    @Override
    public String toString() {
        return path + ": got " + got + ", expected " + expected;
    }
}
