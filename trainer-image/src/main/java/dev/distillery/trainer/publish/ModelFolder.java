package dev.distillery.trainer.publish;

import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One model in one repository: {@code <root>/<modelName>} and its numbered versions. */
final class ModelFolder {
    private static final Logger LOG = LoggerFactory.getLogger(ModelFolder.class);
    private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,8}");

    private final String uri;
    private final Path folder;

    /**
     * @param destination the repository's URI
     * @param root its local folder
     */
    ModelFolder(String destination, Path root, String modelName) {
        this.uri = destination.replaceAll("/+$", "") + "/" + modelName;
        this.folder = root.resolve(modelName);
    }

    /** Makes the folder if it is missing and clears away what dead runs left. */
    void prepare(Instant now) throws IOException {
        Files.createDirectories(folder);
        Staging.deleteStale(folder, now);
    }

    /** @return the version that this run already published here */
    Optional<Artifact> publishedBy(String runId) throws IOException {
        for (int version : versions()) {
            Optional<PublishedReport> report = report(version);
            if (report.isPresent() && runId.equals(report.get().runId())) {
                return Optional.of(artifact(version, report.get().sha256()));
            }
        }
        return Optional.empty();
    }

    /** @throws TrainerException PUBLISH_FAILED if the folder holds a model with other tensors or classes */
    void checkSameModel(Bundle bundle) throws IOException {
        Path config = folder.resolve(BundleFiles.CONFIG);
        if (Files.exists(config)) {
            List<String> there = TritonConfig.tensors(Files.readString(config));
            List<String> ours = TritonConfig.tensors(TritonConfig.render(bundle));
            if (!there.equals(ours)) {
                throw otherModel(BundleFiles.CONFIG + " there has " + there + ", this model " + ours);
            }
        }
        Path labels = folder.resolve(BundleFiles.LABELS);
        if (Files.exists(labels)) {
            List<String> there = Files.readString(labels).lines().toList();
            if (!there.equals(bundle.classes())) {
                throw otherModel(BundleFiles.LABELS + " there has " + there + ", this model " + bundle.classes());
            }
        }
    }

    /** @throws TrainerException PUBLISH_FAILED if the recipe's version is taken */
    void checkFree(Integer version) {
        if (version != null && Files.exists(folder.resolve(version.toString()), LinkOption.NOFOLLOW_LINKS)) {
            throw taken(version);
        }
    }

    Path stage(BundleFiles files) throws IOException {
        try {
            return Staging.write(folder, files.files());
        } catch (IOException | RuntimeException e) {
            deleteIfEmpty();
            throw e;
        }
    }

    /**
     * Makes a staged version visible, in one rename.
     *
     * @param version null for the next free number
     * @throws TrainerException PUBLISH_FAILED if the recipe's version is taken
     */
    Artifact commit(Path staged, Bundle bundle, String sha256, Integer version) throws IOException {
        Staging.replace(
                folder.resolve(BundleFiles.CONFIG), TritonConfig.render(bundle).getBytes(StandardCharsets.UTF_8));
        Staging.replace(folder.resolve(BundleFiles.LABELS), bundle.labelsText().getBytes(StandardCharsets.UTF_8));
        while (true) {
            int number = version == null ? nextVersion() : version;
            Path target = folder.resolve(Integer.toString(number));
            try {
                // rename(2) would replace an empty folder of that name, so look first; it refuses a full one.
                checkFree(number);
                Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
                Staging.sync(folder);
                return artifact(number, sha256);
            } catch (FileSystemException e) {
                if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                    throw e;
                }
                if (version != null) {
                    throw taken(version);
                }
            } catch (TrainerException e) {
                if (version != null) {
                    throw e;
                }
            }
        }
    }

    /** So that a failed first publication leaves no folder that a server takes for a broken model. */
    void deleteIfEmpty() {
        try (Stream<Path> entries = Files.list(folder)) {
            if (entries.findAny().isEmpty()) {
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            LOG.debug("{} stays: {}", folder, e.toString());
        }
    }

    private int nextVersion() throws IOException {
        List<Integer> versions = versions();
        return versions.isEmpty() ? 1 : versions.get(versions.size() - 1) + 1;
    }

    private List<Integer> versions() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> VERSION.matcher(name).matches())
                    .map(Integer::valueOf)
                    .sorted()
                    .toList();
        }
    }

    private Optional<PublishedReport> report(int version) {
        Path file = folder.resolve(Integer.toString(version)).resolve(BundleFiles.REPORT);
        try {
            return Optional.of(PublishedReport.read(Files.readAllBytes(file)));
        } catch (IOException e) {
            // A version that someone else put there, without a report of ours: not this run's.
            return Optional.empty();
        }
    }

    private Artifact artifact(int version, String sha256) {
        return new Artifact(uri + "/" + version, version, sha256);
    }

    private TrainerException taken(int version) {
        return new TrainerException(
                ExitCode.PUBLISH_FAILED,
                "spec.publish.version: got " + version + ", but " + uri + "/" + version
                        + " exists and is of another run; expected a free number: raise it, or leave it out to take"
                        + " the next");
    }

    private TrainerException otherModel(String difference) {
        return new TrainerException(
                ExitCode.PUBLISH_FAILED,
                uri + ": holds another model (" + difference + "); expected one with the same input, outputs and"
                        + " classes; set spec.publish.modelName to a name of its own, or use another destination");
    }

    @Override
    public String toString() {
        return uri;
    }
}
