package dev.distillery.cli;

import static java.util.stream.Collectors.joining;

import dev.distillery.recipe.Dataset;
import dev.distillery.report.ExitCode;
import dev.distillery.schema.Violation;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Reads a recipe's IDX files once, whole: they exist, are the ones that are meant, and agree with one another. */
final class IdxCheck implements DatasetCheck {
    private static final int LABELS_OF_A_BYTE = 256;

    private final Path claims;
    private final List<Finding> findings = new ArrayList<>();
    private final IdxFile trainImages;
    private final IdxFile validationImages;

    /** @param claims folder with one folder per volume claim; null where files of claims cannot be looked at */
    IdxCheck(Dataset dataset, Path claims) {
        this.claims = claims;
        Split train = checkSplit("spec.dataset.train", dataset.train());
        Split validation = checkSplit("spec.dataset.validation", dataset.validation());
        trainImages = train.images();
        validationImages = validation.images();
        if (trainImages != null
                && validationImages != null
                && !size(trainImages).equals(size(validationImages))) {
            add(
                    "spec.dataset.validation.images",
                    size(validationImages),
                    size(trainImages) + ", as the training images");
        }
        checkClasses(train.labels(), validation.labels(), dataset.classes());
    }

    /** A file that is wrong is null. */
    private record Split(IdxFile images, IdxFile labels) {}

    @Override
    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    @Override
    public Optional<Integer> trainCount() {
        return Optional.ofNullable(trainImages).map(IdxFile::count);
    }

    @Override
    public Optional<Integer> validationCount() {
        return Optional.ofNullable(validationImages).map(IdxFile::count);
    }

    private Split checkSplit(String path, Dataset.Split split) {
        IdxFile images = checkFile(path + ".images", split.images(), List.of(3, 4));
        IdxFile labels = checkFile(path + ".labels", split.labels(), List.of(1));
        if (images != null && labels != null && images.count() != labels.count()) {
            add(path + ".labels", labels.count() + " labels", images.count() + ", one for each image");
        }
        return new Split(images, labels);
    }

    /** @param names of the classes; null for as many as the training labels hold */
    private void checkClasses(IdxFile train, IdxFile validation, List<String> names) {
        int held = train == null ? LABELS_OF_A_BYTE : train.greatest() + 1;
        if (train != null && train.least() == train.greatest()) {
            add("spec.dataset.train.labels", "only label " + train.greatest(), "at least two classes");
        }
        if (names != null && names.size() > held) {
            add(
                    "spec.dataset.classes",
                    names.size() + " names",
                    held + ": the training labels hold " + held + " classes (0 to " + (held - 1)
                            + "); name exactly those");
        }
        int classes = names == null ? held : names.size();
        checkLabels("spec.dataset.train.labels", train, classes);
        checkLabels("spec.dataset.validation.labels", validation, classes);
    }

    private void checkLabels(String path, IdxFile labels, int classes) {
        if (labels != null && labels.greatest() >= classes) {
            add(
                    path,
                    "label " + labels.greatest(),
                    "0 to " + (classes - 1) + " for " + classes + " classes; the labels go up to " + labels.greatest()
                            + ", so " + (labels.greatest() + 1) + " classes are needed (spec.dataset.classes)");
        }
    }

    private IdxFile checkFile(String path, Dataset.Source source, List<Integer> ranks) {
        Path file = LocalUri.path(source.uri(), claims).orElse(null);
        if (file == null) {
            return null;
        }
        if (!Files.isRegularFile(file)) {
            add(path + ".uri", "no file at " + file, "a data file; a relative path starts at the recipe's folder");
            return null;
        }
        try {
            if (source.sha256() != null && !source.sha256().equals(sha256(file))) {
                add(
                        path + ".sha256",
                        sha256(file) + " of " + file,
                        source.sha256() + ": get the file again, or, if this is the one you mean, write its checksum");
                return null;
            }
            IdxFile content = IdxFile.read(file);
            int rank = content.dimensions().length;
            if (!ranks.contains(rank)) {
                add(
                        path,
                        rank + " dimensions in " + file,
                        ranks.stream().map(String::valueOf).collect(joining(" or ")));
                return null;
            }
            return content;
        } catch (IOException e) {
            add(path, file + ": " + e.getMessage(), "a readable, whole IDX file: get it again");
            return null;
        }
    }

    private static String size(IdxFile images) {
        String pixels = images.dimensions()[1] + "x" + images.dimensions()[2] + " pixels";
        return images.dimensions().length == 3 ? pixels : pixels + " of " + images.dimensions()[3] + " channels";
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                DigestInputStream digest = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
            digest.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }

    private void add(String path, String got, String expected) {
        findings.add(new Finding(ExitCode.INVALID_DATA, new Violation(path, got, expected)));
    }
}
