package dev.distillery.trainer.checkpoint;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private final String dataDigest;
    private final int keep;

    /**
     * @param folder made when the first checkpoint is saved
     * @param dataDigest of the data set, see {@code DataSet.digest}; a checkpoint of other data counts as absent
     * @param keep how many of the newest stay, at least 1
     */
    public CheckpointStore(Path folder, String dataDigest, int keep) {
        this.folder = folder;
        this.dataDigest = dataDigest;
        this.keep = keep;
    }

    /**
     * @return the newest checkpoint that is whole; a warning in the log names each that was passed over, and why
     * @throws TrainerException WORKSPACE_FAILED if the folder cannot be read
     */
    public Optional<Checkpoint> newest() {
        for (CheckpointFile file : files()) {
            try {
                return Optional.of(file.read(dataDigest));
            } catch (IOException e) {
                LOG.warn("checkpoint {} is passed over: {}; trying the one before", file.path(), e.getMessage());
            }
        }
        return Optional.empty();
    }

    /** @throws TrainerException WORKSPACE_FAILED if there is no space, or no right, to write; older checkpoints stay */
    public void save(Checkpoint checkpoint) {
        try {
            Files.createDirectories(folder);
            deleteIf(AtomicFile::isPart);
            CheckpointFile.write(folder, checkpoint, dataDigest);
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

    private void forgetOld(OptionalInt bestEpoch) throws IOException {
        for (CheckpointFile file : files().stream().skip(keep).toList()) {
            if (file.batches() > 0 || bestEpoch.isEmpty() || file.epochs() != bestEpoch.getAsInt()) {
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
