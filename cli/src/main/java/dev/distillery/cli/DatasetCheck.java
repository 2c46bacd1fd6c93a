package dev.distillery.cli;

import dev.distillery.recipe.Dataset;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What can be known of a recipe's data before training. */
interface DatasetCheck {
    /** @param claims folder with one folder per volume claim; null where files of claims cannot be looked at */
    static DatasetCheck of(Dataset dataset, Path claims) {
        return switch (dataset.format()) {
            case IDX -> new IdxCheck(dataset, claims);
            case IMAGE_FOLDER -> new FolderCheck(dataset, claims);
        };
    }

    List<Finding> findings();

    /** Empty when the data are wrong or lie where they cannot be looked at. */
    Optional<Integer> trainCount();

    Optional<Integer> validationCount();

    /** @return by name, what a recipe's author may want to write into the recipe; may read all data */
    default Map<String, String> digests() {
        return Map.of();
    }
}
