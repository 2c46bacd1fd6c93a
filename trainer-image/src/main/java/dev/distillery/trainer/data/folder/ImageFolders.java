package dev.distillery.trainer.data.folder;

import dev.distillery.image.BadImageException;
import dev.distillery.image.EvaluationView;
import dev.distillery.image.ImageDecoder;
import dev.distillery.recipe.Dataset;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.data.DataSets;
import dev.distillery.trainer.data.HeapBudget;
import dev.distillery.trainer.data.ImageSet;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads both splits of a recipe's photographs and checks that they hang together. */
public final class ImageFolders {
    private static final Logger LOG = LoggerFactory.getLogger(ImageFolders.class);
    private static final String TRAIN = "spec.dataset.train.folder";
    private static final String VALIDATION = "spec.dataset.validation.folder";
    /** Of the largest image per thread: the decoder's copy, ours, and an upright one. */
    private static final int COPIES = 3;

    private final Dataset recipe;
    private final ImageDecoder decoder;
    private final Path temporary;
    private final long keptBytes;
    private final BadImages bad;
    private final EvaluationView view;
    private int threads;

    /**
     * @param temporary folder on a local disk
     * @param threads for decoding
     */
    public ImageFolders(Dataset recipe, ImageDecoder decoder, Path temporary, int threads) {
        this(recipe, decoder, temporary, threads, DecodedFile.MAX_BYTES);
    }

    ImageFolders(Dataset recipe, ImageDecoder decoder, Path temporary, int threads, long keptBytes) {
        this.recipe = recipe;
        this.decoder = decoder;
        this.temporary = temporary;
        this.threads = threads;
        this.keptBytes = keptBytes;
        this.bad = new BadImages(recipe.maxBadImages());
        this.view = EvaluationView.of(recipe.imageSize());
    }

    /**
     * What was read.
     *
     * @param digests of the training and the validation folder
     * @param notes about images that were left out; mostly empty
     */
    public record Loaded(
            ImageSet train,
            ImageSet validation,
            List<String> classes,
            int resizedSide,
            List<String> digests,
            List<String> notes) {}

    /**
     * @param heap lowers the number of threads to that which may decode the largest image at once
     * @throws TrainerException INVALID_DATA for folders that do not fit together and for more bad images than the recipe
     *     allows, INVALID_RECIPE for classes that are not the folder's, OUT_OF_MEMORY
     */
    public Loaded load(Path trainRoot, Path validationRoot, HeapBudget heap) {
        FolderScan train = FolderScan.of(TRAIN, recipe.train().folder(), trainRoot, threads, bad);
        FolderScan validation = FolderScan.of(VALIDATION, recipe.validation().folder(), validationRoot, threads, bad);
        checkClasses(train, validation);
        bad.check();
        requireEachClass(train.field(), train.classes(), labels(train));
        requireEachClass(validation.field(), train.classes(), labels(validation));
        checkMemory(train, validation, heap);
        boolean crops = recipe.augmentation().randomResizedCrop() != null;
        PhotographSet trainSet = set(train, crops ? PhotographSet.Pixels.WHOLE : PhotographSet.Pixels.VIEWS);
        PhotographSet validationSet = set(validation, PhotographSet.Pixels.VIEWS);
        bad.check();
        requireEachClass(train.field(), train.classes(), labels(trainSet));
        requireEachClass(validation.field(), train.classes(), labels(validationSet));
        String note = bad.note();
        if (note != null) {
            LOG.warn("{}", note);
        }
        return new Loaded(
                trainSet,
                validationSet,
                train.classes(),
                view.resizedSide(),
                List.of(train.sha256(), validation.sha256()),
                note == null ? List.of() : List.of(note));
    }

    private void checkClasses(FolderScan train, FolderScan validation) {
        if (train.classes().size() < 2) {
            throw FolderScan.invalid(
                    train.field(),
                    "got "
                            + (train.classes().isEmpty()
                                    ? "no sub-folder"
                                    : "only sub-folder " + train.classes().get(0))
                            + " in " + train.root() + ", expected one per class and at least two",
                    null);
        }
        for (String name : train.classes()) {
            if (!DataSets.isOneLine(name)) {
                throw FolderScan.invalid(
                        train.field(),
                        "got sub-folder '" + name.replace("\n", "\\n").replace("\r", "\\r")
                                + "', expected one line of text, because labels.txt holds a name a line; rename it in"
                                + " both splits",
                        null);
            }
        }
        if (recipe.classes() != null && !recipe.classes().equals(train.classes())) {
            throw new TrainerException(
                    ExitCode.INVALID_RECIPE,
                    "spec.dataset.classes: got " + recipe.classes() + ", expected the sorted names of the sub-folders, "
                            + train.classes() + "; write those, or leave the field out");
        }
        if (!validation.classes().equals(train.classes())) {
            List<String> missing = without(train.classes(), validation.classes());
            List<String> unknown = without(validation.classes(), train.classes());
            throw FolderScan.invalid(
                    validation.field(),
                    "got "
                            + (missing.isEmpty() ? "" : "no sub-folder " + missing)
                            + (missing.isEmpty() || unknown.isEmpty() ? "" : " and ")
                            + (unknown.isEmpty() ? "" : "sub-folder " + unknown + " that training does not have")
                            + ", expected the same classes in both folders",
                    null);
        }
    }

    private static IntStream labels(FolderScan scan) {
        return scan.photographs().stream().mapToInt(Photograph::label);
    }

    private static IntStream labels(PhotographSet set) {
        return IntStream.range(0, set.count()).map(set::label);
    }

    private static List<String> without(List<String> names, List<String> others) {
        return names.stream().filter(name -> !others.contains(name)).toList();
    }

    private static void requireEachClass(String field, List<String> classes, IntStream labels) {
        BitSet filled = new BitSet();
        labels.forEach(filled::set);
        int label = filled.nextClearBit(0);
        if (label < classes.size()) {
            throw empty(field, classes.get(label));
        }
    }

    private static TrainerException empty(String field, String name) {
        return FolderScan.invalid(
                field,
                "got no image that can be used in sub-folder '" + name
                        + "', expected at least one JPEG or PNG (.jpg, .jpeg, .png) per class; add some or remove the"
                        + " sub-folder from both splits",
                null);
    }

    private void checkMemory(FolderScan train, FolderScan validation, HeapBudget heap) {
        Photograph largest = Stream.concat(train.photographs().stream(), validation.photographs().stream())
                .max(Comparator.comparingLong(Photograph::decodedBytes))
                .orElseThrow();
        long bytes = COPIES * largest.decodedBytes();
        int fitting = (int) Math.max(1, Math.min(threads, heap.left() / bytes));
        if (fitting < threads) {
            LOG.warn(
                    "{} of {}x{} pixels fits the Java heap for {} decoding threads, not for the {} of spec.compute.cpus;"
                            + " raise spec.compute.memory to use them all",
                    largest.path(),
                    largest.header().width(),
                    largest.header().height(),
                    fitting,
                    threads);
            threads = fitting;
        }
        heap.take(
                largest.path() + " of " + largest.header().width() + "x"
                        + largest.header().height() + " pixels",
                bytes * threads);
    }

    private PhotographSet set(FolderScan scan, PhotographSet.Pixels wanted) {
        PhotographFiles files = new PhotographFiles(scan.field(), scan.root(), decoder);
        Decoded.Content content = wanted == PhotographSet.Pixels.WHOLE ? wholes(files) : views(files);
        long bytes = Decoded.bytes(scan, content);
        if (bytes > keptBytes) {
            LOG.info(
                    "{}: {} MiB decoded are more than the {} MiB that are kept; images are decoded in each epoch",
                    scan.field(),
                    bytes >> 20,
                    keptBytes >> 20);
            return new PhotographSet(scan.photographs(), files, view, PhotographSet.Pixels.NONE, null, threads);
        }
        Decoded decoded = Decoded.all(scan, content, temporary, threads, bad);
        return new PhotographSet(decoded.photographs(), files, view, wanted, decoded, threads);
    }

    private static Decoded.Content wholes(PhotographFiles files) {
        return new Decoded.Content() {
            @Override
            public byte[] of(Photograph photograph) throws BadImageException {
                return files.decode(photograph, 1).pixels();
            }

            @Override
            public int bytes(Photograph photograph) {
                return (int) photograph.decodedBytes();
            }
        };
    }

    private Decoded.Content views(PhotographFiles files) {
        return new Decoded.Content() {
            @Override
            public byte[] of(Photograph photograph) throws BadImageException {
                byte[] seen = new byte[view.bytes()];
                view.write(files.decoder(), files.read(photograph), photograph.header(), seen, 0);
                return seen;
            }

            @Override
            public int bytes(Photograph photograph) {
                return view.bytes();
            }
        };
    }
}
