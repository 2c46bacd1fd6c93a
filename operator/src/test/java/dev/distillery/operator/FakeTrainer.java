package dev.distillery.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.report.Artifact;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.ExitCode;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.ReportJson;
import dev.distillery.report.Result;
import dev.distillery.report.Resumption;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.report.TrainerEnvironment;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.http.HttpResponse;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that speaks to the operator as the trainer does and trains nothing. What it does is in the model's name:
 * {@code happy}, {@code gate-fails}, {@code flaky} (the first pod crashes), {@code crashes} (every pod does),
 * {@code waits} (until the file go is in the workspace; at SIGTERM it saves itself; the file die kills it unsaved),
 * {@code vanishes} (waits, and at SIGTERM goes without a word), {@code teacher-outgrows} (waits, and needs more than 1Gi).
 */
public final class FakeTrainer {
    private static final int KILLED = 137;
    private static final long STEPS_UNTIL_CHECKPOINT = 10;
    private static final long STEPS_AFTER_CHECKPOINT = 15;
    private static final long SAY_AGAIN_MILLIS = 500;

    private final Stage stage;
    private final Path workspace;
    private final long resumedFrom;

    private FakeTrainer(Stage stage, Path workspace) throws IOException {
        this.stage = stage;
        this.workspace = workspace;
        Path checkpoint = checkpoint();
        this.resumedFrom = Files.exists(checkpoint) ? Long.parseLong(Files.readString(checkpoint)) : 0;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Stage stage = args[0].equals("teacher") ? Stage.TEACHER : Stage.STUDENT;
        JsonNode recipe = new ObjectMapper()
                .readTree(Path.of(env(TrainerEnvironment.RECIPE)).toFile());
        String behaviour = recipe.path("modelName").asText();
        FakeTrainer trainer = new FakeTrainer(stage, Path.of(env(TrainerEnvironment.WORKSPACE)));
        if (stage == Stage.STUDENT) {
            trainer.student(behaviour, artifacts(recipe));
        } else if (behaviour.equals("teacher-crashes")) {
            System.exit(ExitCode.INTERNAL_ERROR.code());
        } else {
            if (behaviour.equals("teacher-waits") || behaviour.equals("teacher-outgrows")) {
                trainer.train("go-teacher");
            }
            boolean small = recipe.at("/spec/compute/memory").asText().equals("1Gi");
            if (behaviour.equals("teacher-outgrows") && small) {
                trainer.end(ExitCode.OUT_OF_MEMORY, null, List.of());
            }
            trainer.end(ExitCode.SUCCEEDED, null, List.of());
        }
    }

    private void student(String behaviour, List<Artifact> artifacts) throws IOException, InterruptedException {
        Result result = new Result(0.8, 0.9, 1e-6, 1, 10, 20L, 30, 0.1, 1, null);
        switch (behaviour) {
            case "gate-fails" -> end(ExitCode.GATE_FAILED, result, List.of());
            case "crashes" -> System.exit(ExitCode.INTERNAL_ERROR.code());
            case "flaky" -> {
                if (Files.notExists(workspace.resolve("crashed"))) {
                    Files.createFile(workspace.resolve("crashed"));
                    System.exit(ExitCode.INTERNAL_ERROR.code());
                }
            }
            case "waits" -> train("go");
            case "vanishes" -> {
                Runtime.getRuntime()
                        .addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(KILLED)));
                reportUntil("go", STEPS_UNTIL_CHECKPOINT, null);
                Runtime.getRuntime().halt(0);
            }
            default -> post(STEPS_UNTIL_CHECKPOINT, null);
        }
        Files.deleteIfExists(checkpoint());
        end(ExitCode.SUCCEEDED, result, artifacts);
    }

    /** One for each destination; the recipe's version, else the first. */
    private static List<Artifact> artifacts(JsonNode recipe) {
        JsonNode publish = recipe.at("/spec/publish");
        int version = publish.path("version").asInt(1);
        String sha256 = version == 1 ? "abc" : "abc" + version;
        List<Artifact> artifacts = new ArrayList<>();
        for (JsonNode destination : publish.path("destinations")) {
            String folder = destination.path("uri").asText() + "/"
                    + recipe.path("modelName").asText();
            artifacts.add(new Artifact(folder + "/" + version, version, sha256, null));
        }
        return artifacts;
    }

    private void train(String until) throws IOException, InterruptedException {
        Thread saving = new Thread(this::saveAndEnd);
        Runtime.getRuntime().addShutdownHook(saving);
        long saved = resumedFrom + STEPS_UNTIL_CHECKPOINT;
        Files.writeString(checkpoint(), Long.toString(saved));
        reportUntil(until, saved + STEPS_AFTER_CHECKPOINT, saved);
        Runtime.getRuntime().removeShutdownHook(saving);
    }

    private void saveAndEnd() {
        try {
            long saved = resumedFrom + STEPS_UNTIL_CHECKPOINT + STEPS_AFTER_CHECKPOINT;
            Files.writeString(checkpoint(), Long.toString(saved));
            post(saved, saved);
            report(ExitCode.INTERRUPTED, null, List.of(), resumption(saved));
        } catch (IOException e) {
            System.out.println("not saved: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Path checkpoint() {
        return workspace.resolve("step-of-" + stage);
    }

    private Resumption resumption(Long saved) {
        return new Resumption(env(TrainerEnvironment.POD), resumedFrom, saved, null);
    }

    /** @return whether the operator took it */
    private boolean post(long step, Long saved) throws InterruptedException {
        ProgressReport report = new ProgressReport(
                env(TrainerEnvironment.RUN_ID),
                stage,
                1,
                30,
                step,
                300,
                0.5,
                0.8,
                100,
                9,
                List.of(point()),
                resumption(saved));
        try {
            HttpResponse<String> answer = ProgressClient.fromEnvironment().post(ReportJson.write(report));
            System.out.println("progress answered with " + answer.statusCode() + " " + answer.body());
            return answer.statusCode() == HttpURLConnection.HTTP_NO_CONTENT;
        } catch (IOException e) {
            System.out.println("the operator is away: " + e);
            return false;
        }
    }

    /** Until the file is in the workspace. What is not heard is said again, as the trainer does. */
    private void reportUntil(String file, long step, Long saved) throws IOException, InterruptedException {
        boolean heard = post(step, saved);
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            workspace.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            while (Files.notExists(workspace.resolve(file))) {
                if (Files.deleteIfExists(workspace.resolve("die"))) {
                    Runtime.getRuntime().halt(KILLED);
                }
                WatchKey created = watch.poll(SAY_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
                if (created != null) {
                    created.pollEvents();
                    created.reset();
                }
                heard = heard || post(step, saved);
            }
        }
    }

    private CurvePoint point() {
        return new CurvePoint(stage, 1, 0.5, 0.8, 0.1);
    }

    private void end(ExitCode code, Result result, List<Artifact> artifacts) throws IOException {
        report(code, result, artifacts, null);
        System.exit(code.code());
    }

    private void report(ExitCode code, Result result, List<Artifact> artifacts, Resumption resumption)
            throws IOException {
        RunReport report = new RunReport(
                env(TrainerEnvironment.RUN_ID),
                stage,
                code.reason(),
                "the end",
                0.8,
                false,
                result,
                artifacts,
                List.of(),
                List.of(point()),
                resumption);
        Files.write(Path.of(env(TrainerEnvironment.TERMINATION_MESSAGE_PATH)), ReportJson.terminationMessage(report));
    }

    private static String env(String name) {
        return System.getenv(name);
    }
}
