package dev.distillery.operator.faults;

import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.report.ReportJson;
import dev.distillery.report.Result;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.report.TrainerEnvironment;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Trains nothing, and keeps a journal of what must not happen twice: {@code overlap} where another process of the stage is
 * alive, {@code publish} with the checksum for what was published. Its model's name is {@code w<milliseconds of
 * work>-c<crashes before it succeeds>-d<1: dies once after publishing>-g<1: fails the gate>}.
 */
public final class FaultyTrainer {
    static final String JOURNAL = "journal";

    private static final Pattern BEHAVIOUR = Pattern.compile("\"modelName\"\\s*:\\s*\"w(\\d+)-c(\\d+)-d(\\d)-g(\\d)\"");

    private FaultyTrainer() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path workspace = Path.of(env(TrainerEnvironment.WORKSPACE));
        String run = env(TrainerEnvironment.RUN_ID);
        Matcher behaviour = BEHAVIOUR.matcher(Files.readString(Path.of(env(TrainerEnvironment.RECIPE))));
        if (!behaviour.find()) {
            System.exit(ExitCode.INVALID_RECIPE.code());
        }
        Path own = workspace.resolve(run);
        // Held until the process ends, however it ends.
        FileChannel alone = FileChannel.open(own, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (alone.tryLock() == null) {
            write(workspace, "overlap " + run);
        }
        new CountDownLatch(1).await(Integer.parseInt(behaviour.group(1)), TimeUnit.MILLISECONDS);
        if (args[0].equals("teacher")) {
            end(run, Stage.TEACHER, ExitCode.SUCCEEDED, null, List.of());
        }
        crash(workspace, run, Integer.parseInt(behaviour.group(2)));
        Result result = new Result(0.8, null, 1e-6, 1, 10, null, 30, 0.1, 1, null);
        if (behaviour.group(4).equals("1")) {
            end(run, Stage.STUDENT, ExitCode.GATE_FAILED, result, List.of());
        }
        String sha256 = publish(workspace, run, behaviour.group(3).equals("1"));
        end(run, Stage.STUDENT, ExitCode.SUCCEEDED, result, List.of(new Artifact("file:///models/1", 1, sha256, null)));
    }

    private static void crash(Path workspace, String run, int times) throws IOException {
        Path crashes = workspace.resolve(run + "-crashes");
        long before = Files.exists(crashes) ? Files.size(crashes) : 0;
        if (before < times) {
            Files.writeString(crashes, "x", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            Runtime.getRuntime().halt(ExitCode.INTERNAL_ERROR.code());
        }
    }

    /** As the real one: a run that has published gets its version back. */
    private static String publish(Path workspace, String run, boolean dies) throws IOException {
        Path published = workspace.resolve(run + "-published");
        if (Files.exists(published)) {
            return Files.readString(published);
        }
        String sha256 = UUID.randomUUID().toString();
        // Record and version appear at once: what is killed in between has published nothing.
        Path staged = Files.writeString(workspace.resolve(run + "-" + sha256), sha256);
        Files.move(staged, published);
        write(workspace, "publish " + run + " " + sha256);
        if (dies) {
            Runtime.getRuntime().halt(ExitCode.INTERNAL_ERROR.code());
        }
        return sha256;
    }

    private static void write(Path workspace, String line) throws IOException {
        Files.writeString(
                workspace.resolve(JOURNAL), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static void end(String run, Stage stage, ExitCode code, Result result, List<Artifact> artifacts)
            throws IOException {
        RunReport report = new RunReport(
                run, stage, code.reason(), "the end", 0.8, false, result, artifacts, List.of(), List.of(), null);
        Files.write(Path.of(env(TrainerEnvironment.TERMINATION_MESSAGE_PATH)), ReportJson.terminationMessage(report));
        System.exit(code.code());
    }

    private static String env(String name) {
        return System.getenv(name);
    }
}
