package dev.distillery.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.Sha256;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.network.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Trained teachers by content hash, {@code teachers/<hash>/} below the workspace. The weights are written first, then
 * {@code teacher.json} with their checksum; each file appears whole or not at all, and a teacher counts only if both are
 * there and agree.
 */
public final class TeacherStore {
    private static final String WEIGHTS = "weights.safetensors";
    private static final String METADATA = "teacher.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;

    private record Metadata(String weightsSha256, String dataDigest, double top1, List<CurvePoint> learningCurve) {}

    public TeacherStore(Path workspace, String teacherHash) {
        this.folder = workspace.resolve("teachers").resolve(teacherHash);
    }

    /**
     * @return the teacher; empty if there is none that is whole and trained on this data
     * @throws TrainerException WORKSPACE_FAILED if the workspace cannot be read
     */
    public Optional<Teacher> load(String dataDigest) {
        try {
            Metadata metadata = JSON.readValue(Files.readAllBytes(folder.resolve(METADATA)), Metadata.class);
            Path weights = folder.resolve(WEIGHTS);
            if (metadata == null
                    || !dataDigest.equals(metadata.dataDigest())
                    || !Sha256.of(weights).equals(metadata.weightsSha256())) {
                return Optional.empty();
            }
            return Optional.of(new Teacher(
                    new Weights(SafeTensors.read(weights).values()),
                    dataDigest,
                    metadata.top1(),
                    metadata.learningCurve()));
        } catch (NoSuchFileException | JsonProcessingException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new TrainerException(
                    ExitCode.WORKSPACE_FAILED,
                    "the teacher in " + folder + " cannot be read (" + e + "), expected a readable folder, or none;"
                            + " check the claim spec.compute.workspaceClaim",
                    e);
        }
    }

    /**
     * Clears away first what a killed process was writing.
     *
     * @throws TrainerException WORKSPACE_FAILED if the workspace cannot be written
     */
    public void save(Teacher teacher) {
        try {
            Files.createDirectories(folder);
            try (Stream<Path> all = Files.list(folder)) {
                for (Path part : all.filter(AtomicFile::isPart).toList()) {
                    Files.deleteIfExists(part);
                }
            }
            String sha256;
            try (AtomicFile weights = new AtomicFile(folder)) {
                new SafeTensors(teacher.weights().values(), Map.of()).write(weights.content());
                sha256 = weights.sha256();
                weights.commit(WEIGHTS);
            }
            AtomicFile.write(
                    folder.resolve(METADATA),
                    JSON.writeValueAsBytes(
                            new Metadata(sha256, teacher.dataDigest(), teacher.top1(), teacher.learningCurve())));
        } catch (IOException e) {
            throw new TrainerException(
                    ExitCode.WORKSPACE_FAILED,
                    "the workspace " + folder + " cannot be written (" + e + "), expected a writable folder with "
                            + teacher.weights().values().values().stream()
                                    .mapToLong(v -> (long) v.length * Float.BYTES)
                                    .sum()
                            + " free bytes; check the claim spec.compute.workspaceClaim",
                    e);
        }
    }
}
