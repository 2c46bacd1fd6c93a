package dev.distillery.trainer.data;

import dev.distillery.image.ImageDecoder;
import dev.distillery.recipe.Dataset;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.data.folder.ImageFolders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/** Reads a recipe's data set and checks that it hangs together. */
public final class DataSets {
    private final SourceLocation location;
    private final HeapBudget heap;
    private final List<String> digests = new ArrayList<>();

    private DataSets(SourceLocation location, long maxHeapBytes) {
        this.location = location;
        this.heap = new HeapBudget(maxHeapBytes);
    }

    /**
     * @param location finds the files
     * @param threads for decoding photographs
     * @throws TrainerException INVALID_RECIPE for a URI that cannot be resolved or a class without a name, INVALID_DATA for every defect of a file
     *     or of files that do not fit together, OUT_OF_MEMORY if the heap cannot hold the images
     */
    public static DataSet load(Dataset recipe, SourceLocation location, int threads) {
        return load(recipe, location, threads, Runtime.getRuntime().maxMemory());
    }

    static DataSet load(Dataset recipe, SourceLocation location, int threads, long maxHeapBytes) {
        DataSets sets = new DataSets(location, maxHeapBytes);
        return switch (recipe.format()) {
            case IDX -> sets.idx(recipe);
            case IMAGE_FOLDER -> sets.folders(recipe, threads);
        };
    }

    private DataSet folders(Dataset recipe, int threads) {
        Path train = location.resolve(
                "spec.dataset.train.folder.uri", recipe.train().folder().uri());
        Path validation = location.resolve(
                "spec.dataset.validation.folder.uri",
                recipe.validation().folder().uri());
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        ImageFolders.Loaded loaded = new ImageFolders(recipe, ImageDecoder.ofThisMachine(), temporary, threads)
                .load(train, validation, heap);
        ChannelStatistics statistics = ChannelStatistics.ofEveryNth(loaded.train());
        return new DataSet(
                loaded.train(),
                loaded.validation(),
                loaded.classes(),
                statistics.mean(),
                statistics.std(),
                digest(loaded.digests()),
                loaded.resizedSide(),
                loaded.notes());
    }

    private DataSet idx(Dataset recipe) {
        LabelledImages train = split("spec.dataset.train", recipe.train());
        LabelledImages validation = split("spec.dataset.validation", recipe.validation());
        if (!train.size().equals(validation.size())) {
            throw invalid("spec.dataset.validation.images: got " + validation.size()
                    + " images (height x width x channels), expected " + train.size()
                    + " as in spec.dataset.train.images; use splits of one data set");
        }
        List<String> classes = classes(recipe.classes(), train);
        checkLabels("spec.dataset.train.labels", train, classes.size());
        checkLabels("spec.dataset.validation.labels", validation, classes.size());
        ChannelStatistics statistics = ChannelStatistics.of(train);
        return new DataSet(
                train,
                validation,
                classes,
                statistics.mean(),
                statistics.std(),
                digest(digests),
                null,
                withoutImages(train, classes));
    }

    /** Allowed, as in sets whose labels begin at 1, and said: such a class is never learnt. */
    private static List<String> withoutImages(LabelledImages train, List<String> classes) {
        BitSet held = new BitSet();
        Arrays.stream(train.labels()).forEach(held::set);
        List<String> without = IntStream.range(0, classes.size())
                .filter(label -> !held.get(label))
                .mapToObj(label -> classes.get(label) + " (label " + label + ")")
                .toList();
        return without.isEmpty()
                ? List.of()
                : List.of("spec.dataset.train.labels: no image of " + String.join(", ", without)
                        + "; the model does not learn what has no image");
    }

    private LabelledImages split(String field, Dataset.Split split) {
        IdxFile images = read(field + ".images", split.images(), IdxFile.Content.IMAGES);
        IdxFile labels = read(field + ".labels", split.labels(), IdxFile.Content.LABELS);
        int[] shape = images.dimensions();
        int labelCount = labels.dimensions()[0];
        if (shape[0] != labelCount) {
            throw invalid(field + ": got " + shape[0] + " images and " + labelCount
                    + " labels, expected as many of one as of the other; the two files do not belong together");
        }
        byte[] values = labels.elements();
        int[] wide = new int[labelCount];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i] & 0xff;
        }
        return new LabelledImages(shape[1], shape[2], shape.length == 4 ? shape[3] : 1, images.elements(), wide);
    }

    private IdxFile read(String field, Dataset.Source source, IdxFile.Content content) {
        Path path = location.resolve(field + ".uri", source.uri());
        IdxFile file = IdxFile.read(field + " (" + source.uri() + ")", path, content, source.sha256(), heap);
        digests.add(file.sha256());
        return file;
    }

    private static List<String> classes(List<String> named, LabelledImages train) {
        int held = train.maxLabel() + 1;
        if (IntStream.range(0, train.count()).map(train::label).distinct().count() < 2) {
            throw invalid("spec.dataset.train.labels: got only label " + train.maxLabel()
                    + ", expected at least two classes");
        }
        if (named == null) {
            return IntStream.range(0, held).mapToObj(i -> "class-" + i).toList();
        }
        if (named.size() > held) {
            throw invalid("spec.dataset.classes: got " + named.size() + " names, but the training labels hold " + held
                    + " classes (0 to " + (held - 1) + "); name exactly those");
        }
        for (int i = 0; i < named.size(); i++) {
            if (named.get(i) == null || !isOneLine(named.get(i))) {
                throw new TrainerException(
                        ExitCode.INVALID_RECIPE,
                        "spec.dataset.classes[" + i + "]: got a blank name or one with a line break, expected one line"
                                + " of text, because labels.txt holds a name a line");
            }
        }
        return List.copyOf(named);
    }

    /** @return whether this may name a class: {@code labels.txt} holds a name a line */
    public static boolean isOneLine(String name) {
        return !name.isBlank() && !name.contains("\n") && !name.contains("\r");
    }

    private static void checkLabels(String field, LabelledImages images, int classes) {
        for (int i = 0; i < images.count(); i++) {
            if (images.label(i) >= classes) {
                throw invalid(field + ": got label " + images.label(i) + " at image " + i + ", expected 0 to "
                        + (classes - 1) + " for " + classes + " classes; the labels go up to " + images.maxLabel()
                        + ", so " + (images.maxLabel() + 1) + " classes are needed (spec.dataset.classes)");
            }
        }
    }

    private static String digest(List<String> digests) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (String each : digests) {
                sha256.update((each + "\n").getBytes(StandardCharsets.US_ASCII));
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }

    private static TrainerException invalid(String message) {
        return new TrainerException(ExitCode.INVALID_DATA, message);
    }
}
