package dev.distillery.trainer.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.distillery.report.ExitCode;
import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.report.TrainerEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trainer as the process that runs in a pod, stopped from outside. */
class KilledTrainerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int SIGTERM_EXIT = 143;
    private static final int KILLS = Integer.getInteger("kills", 5);
    /** About what a whole run takes. */
    private static final int LONGEST_LIFE_MILLIS = 8000;

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
    void aDistilledStudentKilledAndStoppedOnTheWayHasTheDigestOfAnUninterruptedRun() throws Exception {
        SyntheticRecipe recipe = new SyntheticRecipe(folder).with("/student/epochs", 40);
        run(Stage.TEACHER, recipe.environment("whole"));
        run(Stage.STUDENT, recipe.environment("whole"));
        Map<String, String> env = recipe.environment("killed");
        run(Stage.TEACHER, env);

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

    /** Wherever it is: starting, training, writing a checkpoint, exporting, publishing. {@code -Dkills=50} kills more often. */
    @Test
    void killedAtRandomMomentsItPublishesTheDigestOfAnUninterruptedRun() throws Exception {
        SyntheticRecipe recipe = new SyntheticRecipe(folder)
                .with("/tricks/distillation/enabled", false)
                .with("/student/epochs", 40);
        Map<String, String> env = recipe.environment("whole");
        start(env);
        assertThat(process.waitFor()).as(this::log).isZero();
        String digest = digest(env);
        Random random = new Random(17);
        int kills = 0;
        for (int run = 1; kills < KILLS; run++) {
            env = recipe.environment("killed-" + run);
            boolean ended = false;
            while (!ended) {
                start(env);
                // Once there have been enough kills, the last run may end.
                ended = kills == KILLS
                        ? process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                        : process.waitFor(random.nextInt(LONGEST_LIFE_MILLIS), TimeUnit.MILLISECONDS);
                if (!ended) {
                    assertThat(kills).as("the last run does not end: " + log()).isLessThan(KILLS);
                    process.destroyForcibly().waitFor();
                    kills++;
                }
            }
            assertThat(process.exitValue()).as(this::log).isZero();
            assertThat(digest(env)).isEqualTo(digest);
        }
    }

    private static void run(Stage stage, Map<String, String> env) {
        assertThat(new StageRunner(stage, env).run()).isEqualTo(ExitCode.SUCCEEDED);
    }

    private static String digest(Map<String, String> env) throws IOException {
        return report(env).artifacts().get(0).sha256();
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
