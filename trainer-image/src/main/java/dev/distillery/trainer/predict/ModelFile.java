package dev.distillery.trainer.predict;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the ONNX file that a user means. */
final class ModelFile {
    private static final String NAME = "model.onnx";
    private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,8}");

    private ModelFile() {}

    /**
     * @param model a path or {@code file:} URI of a file, of a folder with {@value #NAME}, or of a folder with numbered
     *     versions
     * @throws TrainerException INVALID_DATA if there is no model
     */
    static Path find(String model) {
        try {
            Path path = model.startsWith("file:") ? Path.of(URI.create(model)) : Path.of(model);
            if (!Files.isDirectory(path)) {
                return existing(model, path);
            }
            return Files.isRegularFile(path.resolve(NAME)) ? path.resolve(NAME) : latest(model, path);
        } catch (InvalidPathException e) {
            throw missing(model, "no path (" + e.getReason() + ")");
        } catch (IllegalArgumentException e) {
            throw missing(model, "no file URI (" + e.getMessage() + ")");
        } catch (IOException e) {
            throw new TrainerException(ExitCode.INVALID_DATA, model + ": cannot be read (" + e + ")", e);
        }
    }

    private static Path existing(String model, Path path) {
        if (!Files.exists(path)) {
            throw missing(model, "nothing there");
        }
        return path;
    }

    private static Path latest(String model, Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry ->
                            VERSION.matcher(entry.getFileName().toString()).matches())
                    .filter(entry -> Files.isRegularFile(entry.resolve(NAME)))
                    .max(Comparator.comparingInt(
                            entry -> Integer.parseInt(entry.getFileName().toString())))
                    .map(version -> version.resolve(NAME))
                    .orElseThrow(() -> missing(model, "a folder without " + NAME + " and without numbered versions"));
        }
    }

    private static TrainerException missing(String model, String got) {
        return new TrainerException(
                ExitCode.INVALID_DATA,
                model + ": got " + got + ", expected " + NAME + ", a version's folder or a model's folder");
    }
}
