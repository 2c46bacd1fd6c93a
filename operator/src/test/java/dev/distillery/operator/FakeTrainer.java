package dev.distillery.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.report.Artifact;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.ExitCode;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.ReportJson;
import dev.distillery.report.Result;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.report.TrainerEnvironment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that speaks to the operator as the trainer does and trains nothing. What it does is in the model's name:
 * {@code happy}, {@code gate-fails}, {@code flaky} (the first pod crashes), {@code waits} (until the file go is in the
 * workspace).
 */
public final class FakeTrainer {
    private static final CurvePoint POINT = new CurvePoint(Stage.STUDENT, 1, 0.5, 0.8, 0.1);

    private FakeTrainer() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Stage stage = args[0].equals("teacher") ? Stage.TEACHER : Stage.STUDENT;
        JsonNode recipe = new ObjectMapper()
                .readTree(Path.of(env(TrainerEnvironment.RECIPE)).toFile());
        String behaviour = recipe.path("modelName").asText();
        Path workspace = Path.of(env(TrainerEnvironment.WORKSPACE));
        if (stage == Stage.TEACHER) {
            end(stage, ExitCode.SUCCEEDED, null, List.of());
        }
        post(stage);
        Result result = new Result(0.8, 0.9, 1e-6, 1, 10, 20L, 30, 0.1, 1, null);
        switch (behaviour) {
            case "gate-fails" -> end(stage, ExitCode.GATE_FAILED, result, List.of());
            case "flaky" -> {
                if (Files.notExists(workspace.resolve("crashed"))) {
                    Files.createFile(workspace.resolve("crashed"));
                    System.exit(ExitCode.INTERNAL_ERROR.code());
                }
            }
            case "waits" -> awaitFile(workspace, "go");
            default -> {}
        }
        end(stage, ExitCode.SUCCEEDED, result, artifacts(recipe));
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

    private static void post(Stage stage) throws InterruptedException {
        ProgressReport report = new ProgressReport(
                env(TrainerEnvironment.RUN_ID), stage, 1, 30, 10, 300, 0.5, 0.8, 100, 9, List.of(POINT));
        HttpRequest request = HttpRequest.newBuilder(URI.create(env(TrainerEnvironment.PROGRESS_URL)))
                .header("Authorization", "Bearer " + env(TrainerEnvironment.PROGRESS_TOKEN))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(ReportJson.write(report)))
                .build();
        try {
            int status = HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            System.out.println("progress answered with " + status);
        } catch (IOException e) {
            System.out.println("the operator is away: " + e);
        }
    }

    private static void awaitFile(Path folder, String name) throws IOException, InterruptedException {
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            while (Files.notExists(folder.resolve(name))) {
                watch.take().reset();
            }
        }
    }

    private static void end(Stage stage, ExitCode code, Result result, List<Artifact> artifacts) throws IOException {
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
                List.of(POINT));
        Files.write(Path.of(env(TrainerEnvironment.TERMINATION_MESSAGE_PATH)), ReportJson.terminationMessage(report));
        System.exit(code.code());
    }

    private static String env(String name) {
        return System.getenv(name);
    }
}
