package dev.distillery.trainer.checkpoint;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one stage, in a folder of their own. The newest {@code keep} stay, and the best: the one at the end
 * of the epoch with the highest top-1.
 */
public final class CheckpointStore {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);

    private final Path folder;
    private final String origin;
    private final int keep;
    /** What {@link #newest} could not use; it would outlast what is written from there on, whose names are older. */
    private final List<Path> passedOver = new ArrayList<>();

    /**
     * @param folder made when the first checkpoint is saved
     * @param origin what the steps depend on besides the recipe, in words: the data's digest, and what they are computed
     *     in; a checkpoint of another origin counts as absent
     * @param keep how many of the newest stay, at least 1
     */
    public CheckpointStore(Path folder, String origin, int keep) {
        this.folder = folder;
        this.origin = origin;
        this.keep = keep;
    }

    /**
     * Looks for where to go on, and clears away what a killed process was writing.
     *
     * @param fits whether it is of the network that is trained
     * @return the newest checkpoint that is whole and fits; a warning in the log names each that was passed over, and why
     * @throws TrainerException WORKSPACE_FAILED if the folder cannot be read
     */
    public Optional<Checkpoint> newest(Predicate<Checkpoint> fits) {
        try {
            deleteIf(AtomicFile::isPart);
        } catch (IOException e) {
            throw failure("cleaned", e);
        }
        for (CheckpointFile file : files()) {
            try {
                Checkpoint checkpoint = file.read(origin);
                if (!fits.test(checkpoint)) {
                    throw new IOException("it is of another network");
                }
                return Optional.of(checkpoint);
            } catch (IOException e) {
                passedOver.add(file.path());
                LOG.warn("checkpoint {} is passed over: {}; trying the one before", file.path(), e.getMessage());
            }
        }
        return Optional.empty();
    }

    /** @throws TrainerException WORKSPACE_FAILED if there is no space, or no right, to write; older checkpoints stay */
    public void save(Checkpoint checkpoint) {
        try {
            Files.createDirectories(folder);
            CheckpointFile.write(folder, checkpoint, origin);
            for (Path file : passedOver) {
                Files.deleteIfExists(file);
            }
            passedOver.clear();
            forgetOld(checkpoint.state().bestEpoch());
        } catch (IOException e) {
            throw failure("written", e);
        }
    }

    /** Deletes all, when the stage is done. What cannot be deleted is named in the log and does no harm. */
    public void delete() {
        try {
            deleteIf(file -> true);
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            LOG.warn("the checkpoints in {} are no longer needed and could not be deleted: {}", folder, e.toString());
        }
    }

    /**
     * Deletes the folders beside this one that belong to earlier forms of the same stage.
     *
     * @param earlier whether a folder of this name does
     */
    public void deleteEarlier(Predicate<String> earlier) {
        if (Files.notExists(folder.getParent())) {
            return;
        }
        try (Stream<Path> all = Files.list(folder.getParent())) {
            all.filter(other -> !other.equals(folder)
                            && earlier.test(other.getFileName().toString()))
                    .forEach(other -> new CheckpointStore(other, origin, keep).delete());
        } catch (IOException e) {
            LOG.warn("earlier checkpoints in {} could not be looked for: {}", folder.getParent(), e.toString());
        }
    }

    private void forgetOld(OptionalInt bestEpoch) throws IOException {
        List<CheckpointFile> files = files();
        // The newest with that number: an epoch that was trained again at a lower rate has it twice.
        Optional<CheckpointFile> best = files.stream()
                .filter(file -> file.batches() == 0 && bestEpoch.isPresent() && file.epochs() == bestEpoch.getAsInt())
                .findFirst();
        for (CheckpointFile file : files.stream().skip(keep).toList()) {
            if (best.filter(file::equals).isEmpty()) {
                Files.deleteIfExists(file.path());
            }
        }
    }

    /** Newest first. */
    private List<CheckpointFile> files() {
        if (Files.notExists(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(CheckpointFile::isOne)
                    .sorted(Comparator.comparing(
                                    (Path file) -> file.getFileName().toString())
                            .reversed())
                    .map(CheckpointFile::of)
                    .toList();
        } catch (IOException e) {
            throw failure("read", e);
        }
    }

    private void deleteIf(Predicate<Path> which) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.list(folder)) {
                for (Path file : all.filter(which).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private TrainerException failure(String what, IOException e) {
        return new TrainerException(
                ExitCode.WORKSPACE_FAILED,
                "the checkpoints in " + folder + " cannot be " + what + " (" + e + "), expected a folder with free"
                        + " space; free some, or enlarge the claim spec.compute.workspaceClaim. The checkpoints that"
                        + " are there stay, and the next run continues from the newest",
                e);
    }
}
