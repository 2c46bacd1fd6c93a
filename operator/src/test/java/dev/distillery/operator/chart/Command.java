package dev.distillery.operator.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program run to its end. */
public final class Command {
    private Command() {}

    /** Output and errors, apart from each other. */
    public record Outcome(List<String> command, int exitCode, String output, String errors) {
        /** @return the output of a program that ended with 0 */
        public String succeeded() {
            if (exitCode != 0) {
                throw new AssertionError(
                        "%s ended with %d:%n%s%n%s".formatted(String.join(" ", command), exitCode, output, errors));
            }
            return output;
        }
    }

    public static Outcome run(Path program, List<String> arguments) {
        return run(program, arguments, "");
    }

    static Outcome run(Path program, List<String> arguments, String input) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        try {
            Path in = Files.createTempFile("command", ".in");
            Path errors = Files.createTempFile("command", ".err");
            try {
                Files.writeString(in, input);
                Process process = new ProcessBuilder(command)
                        .redirectInput(in.toFile())
                        .redirectError(errors.toFile())
                        .start();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return new Outcome(command, process.waitFor(), output, Files.readString(errors));
            } finally {
                Files.delete(in);
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + program + " ran", e);
        }
    }
}
