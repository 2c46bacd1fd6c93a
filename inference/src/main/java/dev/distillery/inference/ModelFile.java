package dev.distillery.inference;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The ONNX file that a user means, and what it is called.
 *
 * @param model the folder's name that holds the versions, or the file; {@code fashion-mnist} of {@code
 *     fashion-mnist/3/model.onnx}
 * @param version the number of its folder, 1 where no folder is numbered
 */
public record ModelFile(Path file, String model, int version) {
    private static final String NAME = "model.onnx";

    /**
     * @param model a path or {@code file:} URI of a file, of a folder with {@value #NAME}, or of a folder with numbered
     *     versions, of which the latest is taken
     * @throws InvalidModelException if there is no model
     */
    public static ModelFile find(String model) {
        try {
            Path path = model.startsWith("file:") ? Path.of(URI.create(model)) : Path.of(model);
            if (!Files.isDirectory(path)) {
                return of(existing(model, path));
            }
            return of(Files.isRegularFile(path.resolve(NAME)) ? path.resolve(NAME) : latest(model, path));
        } catch (InvalidPathException e) {
            throw missing(model, "no path (" + e.getReason() + ")");
        } catch (IllegalArgumentException e) {
            throw missing(model, "no file URI (" + e.getMessage() + ")");
        } catch (IOException e) {
            throw new InvalidModelException(model + ": cannot be read (" + e + ")", e);
        }
    }

    private static ModelFile of(Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        boolean named = folder.getFileName() != null && folder.getParent().getFileName() != null;
        Optional<Integer> version = named ? number(folder) : Optional.empty();
        Path model = version.isPresent() ? folder.getParent() : folder;
        return new ModelFile(
                file,
                model.getFileName() == null ? "model" : model.getFileName().toString(),
                version.orElse(1));
    }

    private static Optional<Integer> number(Path folder) {
        return VersionNumber.of(folder.getFileName().toString());
    }

    private static Path existing(String model, Path path) {
        if (!Files.exists(path)) {
            boolean elsewhere = model.matches("(s3|oci)://.+");
            throw missing(model, elsewhere ? "a place elsewhere (distillery pull brings it here)" : "nothing there");
        }
        return path;
    }

    private static Path latest(String model, Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> number(entry).isPresent())
                    .filter(entry -> Files.isRegularFile(entry.resolve(NAME)))
                    .max(Comparator.comparing(entry -> number(entry).orElseThrow()))
                    .map(version -> version.resolve(NAME))
                    .orElseThrow(() -> missing(model, "a folder without " + NAME + " and without numbered versions"));
        }
    }

    private static InvalidModelException missing(String model, String got) {
        return new InvalidModelException(
                model + ": got " + got + ", expected " + NAME + ", a version's folder or a model's folder");
    }
}
