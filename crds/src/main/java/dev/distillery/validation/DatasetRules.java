package dev.distillery.validation;

import dev.distillery.recipe.Dataset;
import dev.distillery.schema.Violation;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What must hold between the fields of a data set: each format has fields of its own. */
final class DatasetRules {
    private static final String AUGMENTATION = "spec.dataset.augmentation";

    private final Dataset data;
    private final List<Violation> violations;
    private final boolean folders;

    private DatasetRules(Dataset data, List<Violation> violations) {
        this.data = data;
        this.violations = violations;
        this.folders = data.format() == Dataset.Format.IMAGE_FOLDER;
    }

    static void check(Dataset data, List<Violation> violations) {
        DatasetRules rules = new DatasetRules(data, violations);
        rules.checkSplit("spec.dataset.train", data.train());
        rules.checkSplit("spec.dataset.validation", data.validation());
        rules.checkSplitsDiffer();
        rules.checkClasses();
        rules.checkPhotographFields();
        rules.checkRandomResizedCrop();
    }

    static void warn(Dataset data, List<String> warnings) {
        boolean folders = data.format() == Dataset.Format.IMAGE_FOLDER;
        List<String> unnamed = sources(data, folders).entrySet().stream()
                .filter(source -> source.getValue().sha256() == null)
                .map(Map.Entry::getKey)
                .toList();
        if (!unnamed.isEmpty()) {
            warnings.add(String.join(", ", unnamed) + ": no sha256, so a changed file goes unnoticed");
        }
        if (folders && data.augmentation().randomResizedCrop() == null) {
            warnings.add(AUGMENTATION + ".randomResizedCrop: absent, so every epoch sees the same centre of each"
                    + " photograph; {} gives the usual crops (Szegedy et al. 2015)");
        }
    }

    private static Map<String, Dataset.Source> sources(Dataset data, boolean folders) {
        Map<String, Dataset.Source> sources = new LinkedHashMap<>();
        if (folders) {
            sources.put("spec.dataset.train.folder", data.train().folder());
            sources.put("spec.dataset.validation.folder", data.validation().folder());
        } else {
            sources.put("spec.dataset.train.images", data.train().images());
            sources.put("spec.dataset.train.labels", data.train().labels());
            sources.put("spec.dataset.validation.images", data.validation().images());
            sources.put("spec.dataset.validation.labels", data.validation().labels());
        }
        return sources;
    }

    private void checkSplit(String path, Dataset.Split split) {
        checkSource(path + ".images", split.images(), !folders);
        checkSource(path + ".labels", split.labels(), !folders);
        checkSource(path + ".folder", split.folder(), folders);
    }

    private void checkSource(String path, Dataset.Source source, boolean belongs) {
        String format = "format " + data.format();
        if (source == null) {
            if (belongs) {
                add(
                        path,
                        "nothing",
                        folders ? "a folder: " + format + " reads one" : "a file: " + format + " reads it");
            }
        } else if (!belongs) {
            add(
                    path,
                    source.uri(),
                    folders
                            ? "nothing: " + format + " reads folder; or write spec.dataset.format: idx"
                            : "nothing: " + format
                                    + " reads images and labels; or write spec.dataset.format: imageFolder");
        } else {
            UriRules.check(path + ".uri", source.uri(), "file or pvc", violations);
        }
    }

    private void checkSplitsDiffer() {
        Dataset.Source train = folders ? data.train().folder() : data.train().images();
        Dataset.Source validation =
                folders ? data.validation().folder() : data.validation().images();
        if (train != null && validation != null && train.uri().equals(validation.uri())) {
            add(
                    "spec.dataset.validation." + (folders ? "folder" : "images") + ".uri",
                    validation.uri(),
                    (folders ? "a folder" : "a file")
                            + " other than the training images: top-1 on what was trained on says nothing");
        }
    }

    private void checkClasses() {
        if (data.classes() == null) {
            return;
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < data.classes().size(); i++) {
            if (!seen.add(data.classes().get(i))) {
                add("spec.dataset.classes[" + i + "]", data.classes().get(i) + " a second time", "distinct names");
            }
        }
    }

    private void checkPhotographFields() {
        if (folders) {
            return;
        }
        String expected = "nothing: only format imageFolder ";
        if (data.imageSize() != null) {
            add("spec.dataset.imageSize", data.imageSize(), expected + "scales images, IDX files have a size");
        }
        if (data.maxBadImages() > 0) {
            add("spec.dataset.maxBadImages", data.maxBadImages(), expected + "has files to leave out");
        }
        if (data.augmentation().randomResizedCrop() != null) {
            add(AUGMENTATION + ".randomResizedCrop", "a value", expected + "crops photographs; see crop");
        }
    }

    private void checkRandomResizedCrop() {
        Dataset.RandomResizedCrop random = data.augmentation().randomResizedCrop();
        if (random == null || !folders) {
            return;
        }
        String path = AUGMENTATION + ".randomResizedCrop.";
        if (random.minScale() > random.maxScale()) {
            add(path + "minScale", random.minScale(), "at most maxScale (" + random.maxScale() + ")");
        }
        if (random.minRatio() > random.maxRatio()) {
            add(path + "minRatio", random.minRatio(), "at most maxRatio (" + random.maxRatio() + ")");
        }
        if (data.augmentation().crop() > 0) {
            add(
                    AUGMENTATION + ".crop",
                    data.augmentation().crop(),
                    "0: randomResizedCrop moves the picture already; use one of the two");
        }
    }

    private void add(String path, Object got, String expected) {
        violations.add(new Violation(path, String.valueOf(got), expected));
    }
}
