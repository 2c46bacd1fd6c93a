package dev.distillery.trainer.publish;

import dev.distillery.inference.VersionNumber;
import dev.distillery.report.Artifact;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model in a folder, {@code <root>/<modelName>}, and its numbered versions: {@code file://} and {@code pvc://}. */
final class ModelFolder implements Destination {
    private static final Logger LOG = LoggerFactory.getLogger(ModelFolder.class);

    private final String uri;
    private final Path folder;
    private final Clock clock;

    /**
     * @param destination the repository's URI
     * @param root its local folder
     * @param clock tells what dead runs left behind
     */
    ModelFolder(String destination, Path root, String modelName, Clock clock) {
        this.uri = destination.replaceAll("/+$", "") + "/" + modelName;
        this.folder = root.resolve(modelName);
        this.clock = clock;
    }

    @Override
    public Optional<Artifact> publishedBy(String runId) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        for (int version : versions()) {
            Path files = folder.resolve(Integer.toString(version));
            Optional<String> run = content(files.resolve(ModelVersion.REPORT)).flatMap(ModelVersion::runOf);
            if (run.isPresent() && run.get().equals(runId)) {
                byte[] sums = content(files.resolve(Checksums.FILE)).orElse(new byte[0]);
                Map<String, String> sha256 =
                        Checksums.check(uri + "/" + version, sums, name -> content(files.resolve(name)));
                return Optional.of(artifact(version, sha256.get(ModelVersion.ONNX)));
            }
        }
        return Optional.empty();
    }

    @Override
    public void check(ModelVersion model) throws IOException {
        model.checkSameModel(
                uri,
                content(folder.resolve(ModelVersion.CONFIG)).orElse(null),
                content(folder.resolve(ModelVersion.LABELS)).orElse(null));
        if (model.version() != null) {
            checkFree(model.version());
        }
    }

    @Override
    public Staged stage(ModelVersion model) throws IOException {
        Files.createDirectories(folder);
        // Whether there is a number left, before anything is visible anywhere.
        model.number(highest(), uri);
        Staging.deleteStale(folder, clock.instant());
        try {
            return new StagedFolder(model, Staging.write(folder, model.tree()));
        } catch (IOException | RuntimeException e) {
            deleteIfEmpty();
            throw e;
        }
    }

    /** A version that waits beside its place. */
    private final class StagedFolder implements Staged {
        private final ModelVersion model;
        private final Path staged;

        StagedFolder(ModelVersion model, Path staged) {
            this.model = model;
            this.staged = staged;
        }

        /** Nothing but renames, for which a full disk has room; the last one declares the version. */
        @Override
        public Artifact commit() throws IOException {
            int highest = highest();
            if (model.number(highest, uri) > highest) {
                placeModelFiles();
            }
            while (true) {
                int number = model.number(highest(), uri);
                Path target = folder.resolve(Integer.toString(number));
                try {
                    // rename(2) would replace an empty folder of that name, so look first; it refuses a full one.
                    checkFree(number);
                    Files.move(staged.resolve(ModelVersion.INSIDE), target, StandardCopyOption.ATOMIC_MOVE);
                    Staging.sync(folder);
                    return artifact(number, model.sha256());
                } catch (FileSystemException e) {
                    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                        throw e;
                    }
                    if (model.version() != null) {
                        throw taken(number);
                    }
                } catch (TrainerException e) {
                    if (model.version() != null) {
                        throw e;
                    }
                }
            }
        }

        /** They are the latest version's. */
        private void placeModelFiles() throws IOException {
            for (Map.Entry<String, byte[]> file : model.modelFiles().entrySet()) {
                Path there = folder.resolve(file.getKey());
                if (!Staging.holds(there, file.getValue())) {
                    Path ours = staged.resolve(ModelVersion.BESIDE + file.getKey());
                    Files.move(ours, there, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }

        @Override
        public void close() {
            Staging.delete(staged);
            deleteIfEmpty();
        }
    }

    private void checkFree(int version) {
        if (Files.exists(folder.resolve(Integer.toString(version)), LinkOption.NOFOLLOW_LINKS)) {
            throw taken(version);
        }
    }

    private TrainerException taken(int version) {
        return ModelVersion.taken(uri + "/" + version, version);
    }

    /** So that a failed first publication leaves no folder that a server takes for a broken model. */
    private void deleteIfEmpty() {
        try (Stream<Path> entries = Files.list(folder)) {
            if (entries.findAny().isEmpty()) {
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            LOG.debug("{} stays: {}", folder, e.toString());
        }
    }

    /** @return 0 without a version */
    private int highest() throws IOException {
        List<Integer> versions = versions();
        return versions.isEmpty() ? 0 : versions.get(versions.size() - 1);
    }

    private List<Integer> versions() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .flatMap(name -> VersionNumber.of(name).stream())
                    .sorted()
                    .toList();
        }
    }

    private static Optional<byte[]> content(Path file) throws IOException {
        return Files.isRegularFile(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    }

    private Artifact artifact(int version, String sha256) {
        return new Artifact(uri + "/" + version, version, sha256, null);
    }

    @Override
    public String toString() {
        return uri;
    }
}
