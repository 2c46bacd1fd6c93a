package dev.distillery.trainer.verify;

import dev.distillery.inference.VersionNumber;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.VersionContent;
import dev.distillery.trainer.signing.VerificationKey;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A version in a folder. */
final class VersionFolder implements VersionContent {
    /** Servers read these from the model's folder, one up; they are the latest version's. */
    private static final List<String> SHARED = List.of(ModelVersion.CONFIG, ModelVersion.LABELS);

    private final Path folder;

    VersionFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * @param location a path or {@code file://}, of a version or of a model
     * @throws TrainerException INVALID_DATA if nothing was published there
     */
    static VersionFolder at(String location) {
        Path folder = path(location);
        if (!Files.isDirectory(folder)) {
            throw new TrainerException(
                    ExitCode.INVALID_DATA, location + ": got no folder, expected a published version or model");
        }
        return new VersionFolder(latest(folder).orElse(folder));
    }

    private static Path path(String location) {
        if (location.startsWith("file:")) {
            return Path.of(URI.create(location));
        }
        return Path.of(location).toAbsolutePath().normalize();
    }

    private static Optional<Path> latest(Path model) {
        try (Stream<Path> entries = Files.list(model)) {
            return entries.filter(entry -> number(entry).isPresent())
                    .max(Comparator.comparing(entry -> number(entry).orElseThrow()));
        } catch (IOException e) {
            throw new TrainerException(ExitCode.INVALID_DATA, model + ": cannot be read (" + e + ")", e);
        }
    }

    @Override
    public Integer number() {
        return number(folder).orElse(null);
    }

    private static Optional<Integer> number(Path folder) {
        return VersionNumber.of(folder.getFileName().toString());
    }

    @Override
    public SortedSet<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .collect(TreeSet::new, TreeSet::add, TreeSet::addAll);
        }
    }

    @Override
    public InputStream open(String name) throws IOException {
        return Files.newInputStream(folder.resolve(name));
    }

    /** Files of the model's folder that are not those of this version, though it is the latest. */
    @Override
    public List<String> faultsAround(VerificationKey key) throws IOException {
        Path model = folder.getParent();
        if (number() == null || !latest(model).equals(Optional.of(folder))) {
            return List.of();
        }
        TreeSet<String> foreign = new TreeSet<>();
        for (String name : SHARED) {
            Path shared = model.resolve(name);
            Path own = folder.resolve(name);
            // That the version lacks its own is a fault already.
            if (Files.exists(own)
                    && !(Files.exists(shared)
                            && ModelVersion.isAsPublished(
                                    name, Files.readAllBytes(shared), Files.readAllBytes(own), names()))) {
                foreign.add("../" + name + ": differs from the one of this version, the latest");
            }
        }
        return List.copyOf(foreign);
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
