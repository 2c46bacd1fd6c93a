package dev.distillery.trainer.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.network.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    /** @return the teacher; empty if there is none that is whole and trained on this data */
    public Optional<Teacher> load(String dataDigest) {
        try {
            Metadata metadata = JSON.readValue(Files.readAllBytes(folder.resolve(METADATA)), Metadata.class);
            Path weights = folder.resolve(WEIGHTS);
            if (!Sha256.of(weights).equals(metadata.weightsSha256())
                    || !metadata.dataDigest().equals(dataDigest)) {
                return Optional.empty();
            }
            return Optional.of(new Teacher(
                    new Weights(SafeTensors.read(weights).values()),
                    dataDigest,
                    metadata.top1(),
                    metadata.learningCurve()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** @throws TrainerException WORKSPACE_FAILED if the workspace cannot be written */
    public void save(Teacher teacher) {
        try {
            Files.createDirectories(folder);
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
