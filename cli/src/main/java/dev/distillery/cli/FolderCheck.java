package dev.distillery.cli;

import dev.distillery.imagefolder.FolderDigest;
import dev.distillery.imagefolder.ImageFolder;
import dev.distillery.recipe.Dataset;
import dev.distillery.report.ExitCode;
import dev.distillery.schema.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lists a recipe's folders of photographs: they exist, have the same classes, an image in each, and, where the recipe says
 * so, the right digest. Whether each file is a picture is found by the trainer, before its first step.
 */
final class FolderCheck implements DatasetCheck {
    private final List<Finding> findings = new ArrayList<>();
    private final Dataset dataset;
    private final Path claims;
    private final ImageFolder train;
    private final ImageFolder validation;
    private int unusable;

    FolderCheck(Dataset dataset, Path claims) {
        this.dataset = dataset;
        this.claims = claims;
        train = check("spec.dataset.train.folder", dataset.train().folder());
        validation =
                check("spec.dataset.validation.folder", dataset.validation().folder());
        if (unusable > dataset.maxBadImages()) {
            add(
                    "spec.dataset.maxBadImages",
                    unusable + " files that are empty or of a format that is not read",
                    "at most " + dataset.maxBadImages() + ": JPEG and PNG files; convert or remove the others");
        }
        if (train != null) {
            checkClasses();
        }
    }

    private ImageFolder check(String path, Dataset.Source source) {
        Path root = LocalUri.path(source.uri(), claims).orElse(null);
        if (root == null) {
            return null;
        }
        try {
            if (!Files.isDirectory(root)) {
                add(
                        path + ".uri",
                        "no folder at " + root,
                        "a folder with one sub-folder per class; a relative path starts at the recipe's folder");
                return null;
            }
            ImageFolder folder = ImageFolder.list(root);
            BitSet filled = new BitSet();
            folder.files().forEach(file -> filled.set(file.label()));
            for (int label = 0; label < folder.classes().size(); label++) {
                if (!filled.get(label)) {
                    add(path, "no image in sub-folder '" + folder.classes().get(label) + "'", "JPEG or PNG files");
                }
            }
            unusable += folder.unsupported().size();
            for (ImageFolder.Entry entry : folder.files()) {
                unusable += Files.exists(folder.file(entry)) && Files.size(folder.file(entry)) > 0 ? 0 : 1;
            }
            String digest = source.sha256() == null ? null : digest(folder);
            if (digest != null && !digest.equals(source.sha256())) {
                add(
                        path + ".sha256",
                        digest + " of " + root,
                        source.sha256()
                                + ": get the folder again, or, if this is the one you mean, write its checksum");
                return null;
            }
            return folder;
        } catch (IOException e) {
            add(path, root + ": " + e, "a folder that can be read");
            return null;
        }
    }

    private void checkClasses() {
        List<String> classes = train.classes();
        if (classes.size() < 2) {
            add("spec.dataset.train.folder", classes.size() + " sub-folders in " + train.root(), "at least 2 classes");
        }
        if (dataset.classes() != null && !dataset.classes().equals(classes)) {
            findings.add(new Finding(
                    ExitCode.INVALID_RECIPE,
                    new Violation(
                            "spec.dataset.classes",
                            String.valueOf(dataset.classes()),
                            classes + ", the sorted names of the sub-folders; or leave the field out")));
        }
        if (validation != null && !validation.classes().equals(classes)) {
            add(
                    "spec.dataset.validation.folder",
                    "sub-folders " + validation.classes(),
                    classes + ", as the training folder has");
        }
    }

    private static String digest(ImageFolder folder) throws IOException {
        FolderDigest digest = new FolderDigest();
        for (ImageFolder.Entry entry : folder.files()) {
            Path file = folder.file(entry);
            digest.add(
                    entry.path(),
                    Files.isReadable(file) ? FolderDigest.of(Files.readAllBytes(file)) : FolderDigest.UNREADABLE);
        }
        return digest.hex();
    }

    @Override
    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    @Override
    public Optional<Integer> trainCount() {
        return Optional.ofNullable(train).map(folder -> folder.files().size());
    }

    @Override
    public Optional<Integer> validationCount() {
        return Optional.ofNullable(validation).map(folder -> folder.files().size());
    }

    @Override
    public Map<String, String> digests() {
        Map<String, String> digests = new LinkedHashMap<>();
        try {
            if (train != null) {
                digests.put("trainSha256", digest(train));
            }
            if (validation != null) {
                digests.put("validationSha256", digest(validation));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return digests;
    }

    private void add(String path, String got, String expected) {
        findings.add(new Finding(ExitCode.INVALID_DATA, new Violation(path, got, expected)));
    }
}
