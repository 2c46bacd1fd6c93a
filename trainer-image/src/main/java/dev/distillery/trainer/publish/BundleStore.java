package dev.distillery.trainer.publish;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.Sha256;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a finished student in the workspace until every destination has it, so that whoever tries again brings the same
 * bytes and trains nothing. One student per recipe: another run's takes its place.
 */
public final class BundleStore {
    private static final Logger LOG = LoggerFactory.getLogger(BundleStore.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String INDEX = "index.json";

    private final Path folder;
    private final String runId;

    /** @param folder of the recipe's students, made when one is saved */
    public BundleStore(Path folder, String runId) {
        this.folder = folder;
        this.runId = runId;
    }

    /** What is there, with the digest of each file: a damaged one counts as absent. */
    private record Index(
            String modelName, Integer version, Map<String, String> sha256, Map<String, String> annotations) {}

    /** @return this run's student, if it is there and whole */
    public Optional<ModelVersion> load() {
        Path kept = folder.resolve(runId);
        if (!Files.exists(kept.resolve(INDEX))) {
            return Optional.empty();
        }
        try {
            Index index = JSON.readValue(kept.resolve(INDEX).toFile(), new TypeReference<Index>() {});
            Map<String, byte[]> beside = new LinkedHashMap<>();
            Map<String, byte[]> inside = new LinkedHashMap<>();
            for (Map.Entry<String, String> file : index.sha256().entrySet()) {
                byte[] content = Files.readAllBytes(kept.resolve(file.getKey()));
                if (!Sha256.of(content).equals(file.getValue())) {
                    LOG.warn("{} is damaged; the student is exported again", kept.resolve(file.getKey()));
                    return Optional.empty();
                }
                boolean isBeside = file.getKey().startsWith(ModelVersion.BESIDE);
                String name = file.getKey().substring(file.getKey().indexOf('/') + 1);
                (isBeside ? beside : inside).put(name, content);
            }
            return Optional.of(new ModelVersion(
                    runId, index.modelName(), index.version(), beside, inside, new TreeMap<>(index.annotations())));
        } catch (IOException e) {
            LOG.warn("{} cannot be read ({}); the student is exported again", kept, e.toString());
            return Optional.empty();
        }
    }

    /** @throws TrainerException WORKSPACE_FAILED if it cannot be written */
    public void save(ModelVersion model) {
        try {
            delete();
            Files.createDirectories(folder);
            Map<String, byte[]> files = model.tree();
            Map<String, String> digests = new LinkedHashMap<>();
            files.forEach((name, content) -> digests.put(name, Sha256.of(content)));
            Index index = new Index(model.modelName(), model.version(), digests, model.annotations());
            files.put(INDEX, JSON.writeValueAsString(index).getBytes(StandardCharsets.UTF_8));
            Path staged = Staging.write(folder, files);
            Files.move(staged, folder.resolve(runId), StandardCopyOption.ATOMIC_MOVE);
            Staging.sync(folder);
        } catch (IOException e) {
            throw new TrainerException(
                    ExitCode.WORKSPACE_FAILED,
                    "the finished student cannot be kept in " + folder + " (" + e + "), expected a folder with free"
                            + " space; free some, or enlarge the claim spec.compute.workspaceClaim. The checkpoints"
                            + " that are there stay, and the next run continues from the newest",
                    e);
        }
    }

    /** Deletes what this recipe kept, of whatever run, and what killed processes left. */
    public void delete() {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.list(folder)) {
                all.toList().forEach(Staging::delete);
            } catch (IOException e) {
                LOG.warn("{} cannot be cleared: {}", folder, e.toString());
            }
            Staging.delete(folder);
        }
    }
}
