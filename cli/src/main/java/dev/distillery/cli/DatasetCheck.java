package dev.distillery.cli;

import dev.distillery.recipe.Dataset;
import dev.distillery.report.ExitCode;
import dev.distillery.schema.Violation;
import java.nio.file.Path;
import java.util.ArrayList;
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

    /** @return the findings, and that a batch holds more images than there are to train on */
    default List<Finding> findings(int batchSize) {
        List<Finding> all = new ArrayList<>(findings());
        trainCount()
                .filter(count -> count > 0 && batchSize > count)
                .ifPresent(count -> all.add(new Finding(
                        ExitCode.INVALID_RECIPE,
                        new Violation(
                                "spec.training.batchSize",
                                String.valueOf(batchSize),
                                "at most the %d training images".formatted(count)))));
        return all;
    }

    /** Empty when the data are wrong or lie where they cannot be looked at. */
    Optional<Integer> trainCount();

    Optional<Integer> validationCount();

    /** @return by name, what a recipe's author may want to write into the recipe; may read all data */
    default Map<String, String> digests() {
        return Map.of();
    }
}
