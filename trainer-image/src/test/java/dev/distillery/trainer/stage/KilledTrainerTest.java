package dev.distillery.trainer.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.distillery.report.ExitCode;
import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import dev.distillery.report.TrainerEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trainer as the process that runs in a pod, stopped from outside. */
class KilledTrainerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int SIGTERM_EXIT = 143;

    @TempDir
    Path folder;

    private Process process;

    @AfterEach
    void stop() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void killedAndStoppedOnTheWayItPublishesTheDigestOfAnUninterruptedRun() throws Exception {
        SyntheticRecipe recipe = new SyntheticRecipe(folder)
                .with("/tricks/distillation/enabled", false)
                .with("/student/epochs", 40);
        assertThat(new StageRunner(dev.distillery.report.Stage.STUDENT, recipe.environment("whole")).run())
                .isEqualTo(ExitCode.SUCCEEDED);
        Map<String, String> env = recipe.environment("killed");

        start(env);
        awaitEpoch(env, 3);
        process.destroyForcibly().waitFor();

        start(env);
        awaitEpoch(env, 12);
        process.destroy();
        assertThat(process.waitFor()).isEqualTo(SIGTERM_EXIT);
        RunReport stopped = report(env);
        assertThat(stopped.reason()).isEqualTo(ExitCode.INTERRUPTED.reason());
        assertThat(stopped.message()).contains("a checkpoint is written");
        // The first process was killed after its third epoch, this one stopped after its twelfth.
        assertThat(stopped.resumption().resumedFromStep()).isPositive();
        assertThat(stopped.resumption().checkpointStep())
                .isGreaterThan(stopped.resumption().resumedFromStep());
        assertThat(stopped.resumption().checkpointTime()).isNotNull();

        start(env);
        assertThat(process.waitFor()).isZero();
        assertThat(report(env).learningCurve()).hasSize(40);
        assertThat(report(env).resumption().resumedFromStep())
                .isEqualTo(stopped.resumption().checkpointStep());
        assertThat(report(env).artifacts().get(0).sha256())
                .isEqualTo(
                        report(recipe.environment("whole")).artifacts().get(0).sha256());
        assertThat(checkpoints(env)).doesNotExist();
    }

    private void start(Map<String, String> env) throws IOException {
        ProcessBuilder java = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.distillery.trainer.Main",
                "student");
        java.environment().putAll(env);
        process = java.redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private void awaitEpoch(Map<String, String> env, int epoch) {
        await().atMost(PATIENCE).until(() -> {
            assertThat(process.isAlive()).as(() -> "still training: " + log()).isTrue();
            return names(checkpoints(env)).stream().anyMatch(name -> name.compareTo("r00-e%05d".formatted(epoch)) > 0);
        });
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static List<String> names(Path checkpoints) throws IOException {
        if (Files.notExists(checkpoints)) {
            return List.of();
        }
        try (Stream<Path> tree = Files.walk(checkpoints)) {
            return tree.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("r00"))
                    .toList();
        }
    }

    private static Path checkpoints(Map<String, String> env) throws IOException {
        Path all = Path.of(env.get(TrainerEnvironment.WORKSPACE), "checkpoints");
        if (Files.notExists(all)) {
            return all;
        }
        try (Stream<Path> stages = Files.list(all)) {
            return stages.findFirst().orElse(all.resolve("none"));
        }
    }

    private static RunReport report(Map<String, String> env) throws IOException {
        return ReportJson.readRun(Files.readString(Path.of(env.get(TrainerEnvironment.TERMINATION_MESSAGE_PATH))));
    }
}
