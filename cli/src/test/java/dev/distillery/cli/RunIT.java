package dev.distillery.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run} in a process of its own, on the embedded cluster, with a stand-in for the operator and the trainer. */
class RunIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final List<Process> started = new ArrayList<>();
    private Path recipe;

    @BeforeEach
    void install() throws IOException {
        recipe = Recipes.in(folder);
        StandInOperator.jar(folder.resolve("home/operator/target/quarkus-app/quarkus-run.jar"));
        Path trainer = folder.resolve("home/trainer-image/bin/trainer");
        Files.createDirectories(trainer.getParent());
        Files.writeString(trainer, "#!/bin/sh\necho $$ >'" + folder + "/trainer.pid'\nexec tail -f /dev/null\n");
        Files.setPosixFilePermissions(trainer, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void endWhatIsLeft() {
        started.forEach(process -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        });
    }

    @Test
    void successPrintsOneJsonObjectOnStandardOutputAndProgressOnStandardError() throws Exception {
        Process run = start(StandInOperator.SUCCEEDS, "--output", "json");
        assertThat(exitCode(run)).as(() -> err(0)).isZero();
        assertThat(out(0).lines()).hasSize(1);
        JsonNode outcome = new ObjectMapper().readTree(out(0));
        assertThat(outcome.get("phase").asText()).isEqualTo("Ready");
        assertThat(outcome.get("top1").asDouble()).isEqualTo(0.9);
        assertThat(outcome.get("modelDir").asText()).isEqualTo(folder + "/cwd/out/models/tiny/1");
        assertThat(err(0)).contains("student epoch 1").contains("phase: Ready");
    }

    @Test
    void successPrintsATableAndASecondRunWorks() throws Exception {
        assertThat(exitCode(start(StandInOperator.SUCCEEDS))).isZero();
        assertThat(exitCode(start(StandInOperator.SUCCEEDS))).isZero();
        assertThat(out(1)).contains("top-1                91.0%       90.0%").contains("sha256");
        assertThat(err(1)).doesNotContain("error");
    }

    @Test
    void aFailureEndsWithItsOwnExitCodeAndTheLog() throws Exception {
        Process run = start(StandInOperator.MISSES_THE_GATE, "--output", "json");
        assertThat(exitCode(run)).isEqualTo(14);
        assertThat(out(0))
                .contains("\"phase\":\"Failed\",\"reason\":\"GateFailed\"")
                .contains("\"modelDir\":null");
        assertThat(err(0)).contains("error: GateFailed: so it ended").contains("log: ");
    }

    @Test
    void anOperatorThatDiesEndsTheRunWithItsLastLines() throws Exception {
        Process run = start(StandInOperator.CRASHES);
        assertThat(exitCode(run)).isEqualTo(1);
        assertThat(err(0))
                .contains("the operator ended with exit code 5")
                .contains("operator.log")
                .contains("out of luck");
    }

    @Test
    void aBrokenRecipeStartsNothing() throws Exception {
        Process run = start(StandInOperator.SUCCEEDS, "--set", "spec.tricks.warmup.epochs=9", "--output", "json");
        assertThat(exitCode(run)).isEqualTo(10);
        assertThat(out(0)).contains("\"reason\":\"InvalidRecipe\"");
        assertThat(folder.resolve("cwd/out")).doesNotExist();
    }

    @Test
    void aSignalLeavesNoProcessBehindAndTheStateFree() throws Exception {
        Process run = start(StandInOperator.NEVER_ENDS, "--output", "json");
        Path pid = folder.resolve("trainer.pid");
        await().atMost(PATIENCE)
                .until(() -> Files.exists(pid) && !Files.readString(pid).isBlank());
        List<ProcessHandle> children = children(run);
        assertThat(children)
                .extracting(ProcessHandle::pid)
                .contains(Long.valueOf(Files.readString(pid).strip()));

        assertThat(exitCode(start(StandInOperator.SUCCEEDS))).isEqualTo(2);
        assertThat(err(1)).contains("is in use by process " + run.pid());

        run.destroy();
        assertThat(exitCode(run)).isEqualTo(143);
        assertThat(children).noneMatch(ProcessHandle::isAlive);
        assertThat(out(0)).contains("\"reason\":\"Interrupted\"");
        assertThat(err(0)).doesNotContain("error");
        assertThat(exitCode(start(StandInOperator.SUCCEEDS))).isZero();
    }

    @Test
    void aSignalThatReachesTheOperatorFirstIsNoErrorEither() throws Exception {
        Process run = start(StandInOperator.NEVER_ENDS, "--output", "json");
        await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("trainer.pid")));
        run.descendants()
                .filter(child -> child.info().commandLine().orElse("").contains("quarkus-run.jar"))
                .forEach(ProcessHandle::destroy);
        run.destroy();
        assertThat(exitCode(run)).isEqualTo(143);
        assertThat(out(0)).contains("\"reason\":\"Interrupted\"");
        assertThat(err(0)).doesNotContain("error", "\tat ");
    }

    @Test
    void upPrintsHowToReachItAndStopsOnASignal() throws Exception {
        Process up = launch("up");
        await().atMost(PATIENCE).until(() -> out(0).contains("Ctrl-C"));
        Path kubeconfig = folder.resolve("cwd/out/.distillery/kubeconfig");
        assertThat(out(0)).startsWith("export KUBECONFIG=" + kubeconfig);
        assertThat(kubeconfig).exists();
        List<ProcessHandle> children = children(up);
        up.destroy();
        assertThat(exitCode(up)).isEqualTo(143);
        assertThat(children).isNotEmpty().noneMatch(ProcessHandle::isAlive);
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process up = launch("up", "--port", Integer.toString(taken.getLocalPort()));
            assertThat(exitCode(up)).isEqualTo(2);
            assertThat(err(0))
                    .contains("error: --port: 127.0.0.1:" + taken.getLocalPort() + " cannot be bound")
                    .contains("expected a free port")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aLogThatCannotBeWrittenEndsTheRunWithAnObjectToo() throws Exception {
        Path log = Files.createDirectories(folder.resolve("cwd/out/.distillery/logs/cluster.log"));
        Process run = start(StandInOperator.SUCCEEDS, "--output", "json");
        assertThat(exitCode(run)).isEqualTo(2);
        assertThat(new ObjectMapper().readTree(out(0)).get("message").asText())
                .startsWith(log + ": cannot be written: ")
                .endsWith("name another folder with --state");
        assertThat(err(0)).contains("error: " + log).doesNotContain("\tat ");
    }

    /** @return all but the watchdog, which ends right after the process whose end it waits for */
    private static List<ProcessHandle> children(Process process) {
        return process.descendants()
                .filter(child -> !child.info().commandLine().orElse("").contains("read -r change"))
                .toList();
    }

    private Process start(String name, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("run", recipe.toString(), "--set", "metadata.name=" + name));
        arguments.addAll(List.of(more));
        return launch(arguments.toArray(String[]::new));
    }

    private Process launch(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Installation.java().toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Distillery.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.directory(Files.createDirectories(folder.resolve("cwd")).toFile());
        builder.environment()
                .put(Installation.HOME_VARIABLE, folder.resolve("home").toString());
        builder.redirectOutput(folder.resolve("out" + started.size()).toFile());
        builder.redirectError(folder.resolve("err" + started.size()).toFile());
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("ended within %s", PATIENCE)
                .isTrue();
        return process.exitValue();
    }

    private String out(int index) {
        return read("out" + index);
    }

    private String err(int index) {
        return read("err" + index);
    }

    private String read(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
