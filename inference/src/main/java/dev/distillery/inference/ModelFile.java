package dev.distillery.inference;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.regex.Pattern;
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
    private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,8}");

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
        boolean numbered = folder.getFileName() != null
                && folder.getParent().getFileName() != null
                && VERSION.matcher(folder.getFileName().toString()).matches();
        Path named = numbered ? folder.getParent() : folder;
        return new ModelFile(
                file,
                named.getFileName() == null ? "model" : named.getFileName().toString(),
                numbered ? Integer.parseInt(folder.getFileName().toString()) : 1);
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
            return entries.filter(entry ->
                            VERSION.matcher(entry.getFileName().toString()).matches())
                    .filter(entry -> Files.isRegularFile(entry.resolve(NAME)))
                    .max(Comparator.comparingInt(
                            entry -> Integer.parseInt(entry.getFileName().toString())))
                    .map(version -> version.resolve(NAME))
                    .orElseThrow(() -> missing(model, "a folder without " + NAME + " and without numbered versions"));
        }
    }

    private static InvalidModelException missing(String model, String got) {
        return new InvalidModelException(
                model + ": got " + got + ", expected " + NAME + ", a version's folder or a model's folder");
    }
}
