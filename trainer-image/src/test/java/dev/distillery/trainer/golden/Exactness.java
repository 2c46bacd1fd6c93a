package dev.distillery.trainer.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Asserts differences and keeps the greatest of each kind in {@code target/golden-errors.csv}. */
public final class Exactness {
    private static final Path REPORT = Path.of("target", "golden-errors.csv");
    private static final Map<String, double[]> GREATEST = new TreeMap<>();

    private Exactness() {}

    /**
     * @param what the line of the report that this difference belongs to
     * @param which the case, for the message
     */
    public static void assertWithin(String what, String which, double error, double tolerance) {
        record(what, error, tolerance);
        assertThat(error).as("%s, %s", what, which).isLessThan(tolerance);
    }

    /** @return the difference relative to the expected value */
    public static double relative(double got, double expected) {
        return Math.abs(got - expected) / Math.abs(expected);
    }

    private static synchronized void record(String what, double error, double tolerance) {
        GREATEST.merge(what, new double[] {error, tolerance}, (a, b) -> a[0] >= b[0] ? a : b);
        StringBuilder lines = new StringBuilder("what,greatest error,tolerance\n");
        GREATEST.forEach((line, figures) ->
                lines.append(String.format(Locale.ROOT, "%s,%.1e,%.0e%n", line, figures[0], figures[1])));
        try {
            Files.createDirectories(REPORT.getParent());
            Files.writeString(REPORT, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
