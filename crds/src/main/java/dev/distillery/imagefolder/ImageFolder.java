package dev.distillery.imagefolder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder with one sub-folder per class, as torchvision's {@code ImageFolder} reads it: class names are the sorted names
 * of the sub-folders, the label is a name's place; files below a class's folder belong to it at any depth, links are
 * followed. Other than there, what starts with a dot (such as {@code .ipynb_checkpoints}) is no class and no image.
 *
 * @param classes sorted by code point
 * @param files whose extension says JPEG or PNG, sorted by path; the order is the images' order
 * @param unsupported pictures by their extension, of a format that is not read; paths relative to the root
 * @param ignored how many other files there are, in class folders or beside them
 */
public record ImageFolder(Path root, List<String> classes, List<Entry> files, List<String> unsupported, int ignored) {
    private static final Set<String> SUPPORTED = Set.of("jpg", "jpeg", "png");
    private static final Set<String> PICTURES = Set.of(
            "avif", "bmp", "gif", "heic", "heif", "jp2", "jxl", "pbm", "pgm", "pnm", "ppm", "tga", "tif", "tiff",
            "webp");

    /**
     * One image.
     *
     * @param path relative to the root, with {@code /} between the parts
     * @param label place of its class in {@link ImageFolder#classes}
     */
    public record Entry(String path, int label) {}

    /** @throws IOException if the root is no folder that can be read, or what is below it cannot be listed */
    public static ImageFolder list(Path root) throws IOException {
        List<String> classes = new ArrayList<>();
        int ignored = 0;
        try (Stream<Path> children = Files.list(root)) {
            for (Path child :
                    children.filter(each -> visible(each.getFileName())).toList()) {
                if (Files.isDirectory(child)) {
                    classes.add(child.getFileName().toString());
                } else {
                    ignored++;
                }
            }
        }
        classes.sort(ImageFolder::byCodePoint);
        List<Entry> files = new ArrayList<>();
        List<String> unsupported = new ArrayList<>();
        for (int label = 0; label < classes.size(); label++) {
            for (String path : below(root, root.resolve(classes.get(label)))) {
                String extension = extension(path);
                if (SUPPORTED.contains(extension)) {
                    files.add(new Entry(path, label));
                } else if (PICTURES.contains(extension)) {
                    unsupported.add(path);
                } else {
                    ignored++;
                }
            }
        }
        // By the whole path, as `sort` orders them; the class "a" and the class "a-b" may interleave.
        files.sort(Comparator.comparing(Entry::path, ImageFolder::byCodePoint));
        return new ImageFolder(root, List.copyOf(classes), List.copyOf(files), List.copyOf(unsupported), ignored);
    }

    /** A file that is a dangling link is listed too: it is an image that cannot be read, and must not vanish. */
    private static List<String> below(Path root, Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            return all.filter(path -> !Files.isDirectory(path))
                    .map(folder::relativize)
                    .filter(ImageFolder::visible)
                    .map(path -> root.relativize(folder.resolve(path)).toString())
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** @param relative to the root or to a class's folder */
    private static boolean visible(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".")) {
                return false;
            }
        }
        return true;
    }

    private static String extension(String path) {
        int dot = path.lastIndexOf('.');
        return dot < path.lastIndexOf('/') ? "" : path.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    /** The order of Python's {@code sorted} and of {@code LC_ALL=C sort}; Java's own differs beyond U+FFFF. */
    private static int byCodePoint(String one, String other) {
        int length = Math.min(one.length(), other.length());
        for (int i = 0; i < length; i++) {
            char a = one.charAt(i);
            char b = other.charAt(i);
            if (a != b) {
                boolean surrogates = Character.isSurrogate(a) != Character.isSurrogate(b);
                return surrogates ? (Character.isSurrogate(a) ? 1 : -1) : Character.compare(a, b);
            }
        }
        return Integer.compare(one.length(), other.length());
    }

    /** @return where an image lies */
    public Path file(Entry entry) {
        return root.resolve(entry.path());
    }
}
