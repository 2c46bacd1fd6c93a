package dev.distillery.trainer.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Teachers by content hash: {@code teachers/<hash>/weights.safetensors} and {@code teacher.json}. The JSON is written last
 * and holds the weights' SHA-256, so that a teacher is either whole or absent.
 */
public final class TeacherStore {
    private static final String WEIGHTS = "weights.safetensors";
    private static final String METADATA = "teacher.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;

    private record Metadata(String weightsSha256, String dataDigest, double top1, List<CurvePoint> learningCurve) {}

    /** @param workspace a folder that outlives the process */
    public TeacherStore(Path workspace, String teacherHash) {
        this.folder = workspace.resolve("teachers").resolve(teacherHash);
    }

    /** @return the teacher if it is there, whole, and trained on this data; a broken one counts as absent */
    public Optional<Teacher> load(String dataDigest) {
        try {
            Metadata metadata = JSON.readValue(folder.resolve(METADATA).toFile(), Metadata.class);
            byte[] weights = Files.readAllBytes(folder.resolve(WEIGHTS));
            if (!sha256(weights).equals(metadata.weightsSha256())
                    || !metadata.dataDigest().equals(dataDigest)) {
                return Optional.empty();
            }
            return Optional.of(
                    new Teacher(SafeTensors.read(weights), dataDigest, metadata.top1(), metadata.learningCurve()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** @throws TrainerException PUBLISH_FAILED if the workspace cannot be written */
    public void save(Teacher teacher) {
        try {
            Files.createDirectories(folder);
            byte[] weights = SafeTensors.write(teacher.weights());
            replace(folder.resolve(WEIGHTS), weights);
            replace(
                    folder.resolve(METADATA),
                    JSON.writeValueAsBytes(new Metadata(
                            sha256(weights), teacher.dataDigest(), teacher.top1(), teacher.learningCurve())));
        } catch (IOException e) {
            throw new TrainerException(
                    ExitCode.PUBLISH_FAILED,
                    "the workspace " + folder + " cannot be written (" + e + "), expected a writable folder with "
                            + teacher.weights().values().values().stream()
                                    .mapToLong(v -> (long) v.length * Float.BYTES)
                                    .sum()
                            + " bytes free; check the claim spec.compute.workspaceClaim",
                    e);
        }
    }

    private static void replace(Path target, byte[] content) throws IOException {
        Path part = target.resolveSibling(
                "." + target.getFileName() + "." + ProcessHandle.current().pid());
        Files.write(part, content);
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }
}
