package dev.distillery.operator.faults;

import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.report.ReportJson;
import dev.distillery.report.Result;
import dev.distillery.report.Resumption;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Trains nothing, and keeps a {@link Journal} of what it says and of what must not happen twice. Its model's name is {@code
 * w<milliseconds of work>-c<crashes before it succeeds>-d<1: dies once after publishing>-g<1: fails the gate>}.
 */
public final class FaultyTrainer {
    private static final Pattern BEHAVIOUR = Pattern.compile("\"modelName\"\\s*:\\s*\"w(\\d+)-c(\\d+)-d(\\d)-g(\\d)\"");

    /** A crash comes so many steps after its start: before another checkpoint. */
    private static final int UNSAVED_STEPS = 2;

    private final Stage stage;
    private final Path workspace;
    private final String run;
    private final Journal journal;
    private final FaultyTraining training;

    private FaultyTrainer(Stage stage, Path workspace, String run, Journal journal) throws IOException {
        this.stage = stage;
        this.workspace = workspace;
        this.run = run;
        this.journal = journal;
        this.training = new FaultyTraining(stage, workspace, run, env(TrainerEnvironment.POD), journal);
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Path workspace = Path.of(env(TrainerEnvironment.WORKSPACE));
        String run = env(TrainerEnvironment.RUN_ID);
        Matcher behaviour = BEHAVIOUR.matcher(Files.readString(Path.of(env(TrainerEnvironment.RECIPE))));
        if (!behaviour.find()) {
            System.exit(ExitCode.INVALID_RECIPE.code());
        }
        // Held until the process ends, however it ends.
        FileChannel alone =
                FileChannel.open(workspace.resolve(run), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        Journal journal = new Journal(workspace);
        if (alone.tryLock() == null) {
            journal.add(Journal.OVERLAP, run);
        }
        int millis = Integer.parseInt(behaviour.group(1));
        if (args[0].equals("teacher")) {
            new FaultyTrainer(Stage.TEACHER, workspace, run, journal).teach(millis);
        } else {
            new FaultyTrainer(Stage.STUDENT, workspace, run, journal)
                    .study(
                            millis,
                            Integer.parseInt(behaviour.group(2)),
                            behaviour.group(3).equals("1"),
                            behaviour.group(4).equals("1"));
        }
    }

    private void teach(int millis) throws IOException, InterruptedException {
        Path weights = workspace.resolve(run + "-weights");
        if (Files.notExists(weights)) {
            train(FaultyTraining.STEPS, millis);
            Files.createFile(weights);
            end(ExitCode.SUCCEEDED, null, List.of(), training.lastWords());
        }
        end(ExitCode.SUCCEEDED, null, List.of(), null);
    }

    private void study(int millis, int crashes, boolean dies, boolean failsGate)
            throws IOException, InterruptedException {
        if (crashesOnceMore(crashes)) {
            train(training.resumedFrom() + UNSAVED_STEPS, millis);
            Runtime.getRuntime().halt(ExitCode.INTERNAL_ERROR.code());
        }
        train(FaultyTraining.STEPS, millis);
        Result result = new Result(0.8, null, 1e-6, 1, 10, null, 30, 0.1, 1, null);
        if (failsGate) {
            end(ExitCode.GATE_FAILED, result, List.of(), training.lastWords());
        }
        String sha256 = publish(dies);
        end(
                ExitCode.SUCCEEDED,
                result,
                List.of(new Artifact("file:///models/1", 1, sha256, null)),
                training.lastWords());
    }

    /** At SIGTERM it saves itself, says so, and ends. */
    private void train(long until, int millis) throws IOException, InterruptedException {
        Thread saving = new Thread(this::saveAndEnd);
        Runtime.getRuntime().addShutdownHook(saving);
        training.train(until, millis);
        try {
            Runtime.getRuntime().removeShutdownHook(saving);
        } catch (IllegalStateException e) {
            // It has begun to.
            new CountDownLatch(1).await();
        }
    }

    private void saveAndEnd() {
        try {
            write(ExitCode.INTERRUPTED, null, List.of(), training.stop());
        } catch (IOException e) {
            System.out.println("not saved: " + e);
        }
    }

    private boolean crashesOnceMore(int times) throws IOException {
        Path crashes = workspace.resolve(run + "-crashes");
        long before = Files.exists(crashes) ? Files.size(crashes) : 0;
        if (before < times) {
            Files.writeString(crashes, "x", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
        return before < times;
    }

    /** As the real one: a run that has published gets its version back. */
    private String publish(boolean dies) throws IOException {
        Path published = workspace.resolve(run + "-published");
        if (Files.exists(published)) {
            return Files.readString(published);
        }
        String sha256 = UUID.randomUUID().toString();
        // Record and version appear at once: what is killed in between has published nothing.
        Path staged = Files.writeString(workspace.resolve(run + "-" + sha256), sha256);
        Files.move(staged, published);
        journal.add(Journal.PUBLISH, run, sha256);
        if (dies) {
            Runtime.getRuntime().halt(ExitCode.INTERNAL_ERROR.code());
        }
        return sha256;
    }

    private void end(ExitCode code, Result result, List<Artifact> artifacts, Resumption resumption) throws IOException {
        write(code, result, artifacts, resumption);
        System.exit(code.code());
    }

    private void write(ExitCode code, Result result, List<Artifact> artifacts, Resumption resumption)
            throws IOException {
        RunReport report = new RunReport(
                run,
                stage,
                code.reason(),
                "the end",
                0.8,
                resumption == null,
                result,
                artifacts,
                List.of(),
                List.of(),
                resumption);
        Files.write(Path.of(env(TrainerEnvironment.TERMINATION_MESSAGE_PATH)), ReportJson.terminationMessage(report));
    }

    private static String env(String name) {
        return System.getenv(name);
    }
}
