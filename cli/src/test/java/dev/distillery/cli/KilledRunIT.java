package dev.distillery.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run} with the operator and the trainer as they ship, whose processes are killed: SIGKILL, at random moments. */
class KilledRunIT {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final long SEED = Long.getLong("kills.seed", 1);
    private static final int LATEST_MILLIS = 300;
    private static final String TRAINER = "dev.distillery.trainer.Main";
    private static final String OPERATOR = "quarkus-run.jar";
    private static final int KILLED = 137;
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> SETTINGS = List.of(
            "spec.teacher.epochs=12",
            "spec.student.epochs=24",
            "spec.training.batchSize=32",
            "spec.gate={minTop1: 0, maxParityError: 1}");

    @TempDir
    private Path folder;

    private final Random random = new Random(SEED);
    private Path recipe;
    private Process run;
    private List<ProcessHandle> children = List.of();
    private int runs;

    @AfterEach
    void endWhatIsLeft() {
        children.forEach(ProcessHandle::destroyForcibly);
        if (run != null) {
            run.descendants().forEach(ProcessHandle::destroyForcibly);
            run.destroyForcibly();
        }
    }

    @Test
    void whateverIsKilledOnTheWayTheModelIsThatOfAnUninterruptedRun() throws Exception {
        recipe = Recipes.in(folder);
        pictures("train", 1000);
        pictures("validation", 100);
        start("whole");
        String digest = digest();

        start("killed");
        kill("killed", "teacher", TRAINER);
        kill("killed", "student", OPERATOR);
        assertThat(exitCode()).as(this::err).isEqualTo(1);
        assertThat(err()).contains("the operator ended with exit code " + KILLED);

        start("killed");
        children = awaitCheckpoint("killed", "student");
        run.destroyForcibly();
        assertThat(exitCode()).isEqualTo(KILLED);
        await("what it started is gone").atMost(PATIENCE).untilAsserted(() -> assertThat(children)
                .noneMatch(ProcessHandle::isAlive));

        start("killed");
        assertThat(digest()).isEqualTo(digest);
        assertThat(lastStudentLog("killed"))
                .as("it goes on from a checkpoint")
                .contains("Student epoch 24/24")
                .doesNotContain("Student epoch 1/24");
    }

    /** Kills one of the run's processes some time after the stage's next checkpoint. */
    private void kill(String state, String stage, String process) throws Exception {
        awaitCheckpoint(state, stage).stream()
                .filter(child -> commandLine(child).contains(process))
                .forEach(ProcessHandle::destroyForcibly);
    }

    /** @return what the run has started, some time after its stage has written a checkpoint */
    private List<ProcessHandle> awaitCheckpoint(String state, String stage) throws Exception {
        Path checkpoints = folder.resolve(state).resolve("volumes/default/distillery-workspace/checkpoints");
        List<Path> before = files(checkpoints);
        await("a checkpoint of the " + stage).atMost(PATIENCE).until(() -> {
            assertThat(run.isAlive()).as(this::err).isTrue();
            return files(checkpoints).stream()
                    .filter(file -> checkpoints.relativize(file).toString().startsWith(stage))
                    .anyMatch(file -> !before.contains(file));
        });
        assertThat(run.waitFor(random.nextInt(LATEST_MILLIS), TimeUnit.MILLISECONDS))
                .as(this::err)
                .isFalse();
        List<ProcessHandle> all = run.descendants().toList();
        assertThat(all)
                .as("the operator and the trainer of the %s", stage)
                .anyMatch(child -> commandLine(child).contains(OPERATOR))
                .anyMatch(child -> commandLine(child).contains(TRAINER));
        return all;
    }

    private static List<Path> files(Path folder) {
        if (Files.notExists(folder)) {
            return List.of();
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            return tree.filter(Files::isRegularFile).toList();
        } catch (UncheckedIOException | IOException e) {
            return List.of(); // deleted as it was read
        }
    }

    private static String commandLine(ProcessHandle process) {
        return process.info().commandLine().orElse("");
    }

    private void start(String state) throws IOException {
        runs++;
        List<String> command = new ArrayList<>(List.of(
                Installation.java().toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Distillery.class.getName(),
                "run",
                recipe.toString(),
                "--state",
                folder.resolve(state).toString(),
                "--destination",
                folder.resolve("models-" + state).toString(),
                "--output",
                "json"));
        SETTINGS.forEach(setting -> command.addAll(List.of("--set", setting)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("out" + runs).toFile())
                .redirectError(folder.resolve("err" + runs).toFile());
        builder.environment().put(Installation.HOME_VARIABLE, HOME.toString());
        run = builder.start();
    }

    private int exitCode() throws InterruptedException {
        assertThat(run.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as(this::err)
                .isTrue();
        return run.exitValue();
    }

    private String digest() throws Exception {
        assertThat(exitCode()).as(this::err).isZero();
        return new ObjectMapper().readTree(read("out")).get("sha256").asText();
    }

    private String lastStudentLog(String state) throws IOException {
        Path log = files(folder.resolve(state).resolve("pods")).stream()
                .filter(file -> file.endsWith("log") && file.toString().contains("-student-"))
                .max((one, other) ->
                        Long.compare(one.toFile().lastModified(), other.toFile().lastModified()))
                .orElseThrow();
        return Files.readString(log);
    }

    private String err() {
        return read("err");
    }

    private String read(String name) {
        try {
            return Files.readString(folder.resolve(name + runs));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Noise: what a network learns by heart depends on every step. */
    private void pictures(String split, int count) throws IOException {
        byte[] images = Recipes.images(count, 12);
        byte[] pixels = new byte[images.length - 16];
        new Random(count).nextBytes(pixels);
        System.arraycopy(pixels, 0, images, 16, pixels.length);
        Files.write(folder.resolve("data/" + split + "-images.gz"), Recipes.gzip(images));
        Files.write(folder.resolve("data/" + split + "-labels.gz"), Recipes.gzip(Recipes.labels(count, 3)));
    }
}
