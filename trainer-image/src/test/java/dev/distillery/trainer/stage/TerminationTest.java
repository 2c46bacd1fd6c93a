package dev.distillery.trainer.stage;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.distillery.report.ExitCode;
import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import dev.distillery.report.TrainerEnvironment;
import dev.distillery.trainer.Main;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trainer process that is stopped while it computes, as Kubernetes stops a pod. */
class TerminationTest {
    private static final int SIGTERM_CODE = 143;

    @TempDir
    Path folder;

    @Test
    void aSignalDuringTrainingEndsAfterTheStepInProgress() throws IOException, InterruptedException {
        CountDownLatch trains = new CountDownLatch(1);
        HttpServer operator = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        operator.createContext("/", exchange -> {
            trains.countDown();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        operator.start();
        Process trainer = start(operator.getAddress().getPort());
        try {
            assertThat(trains.await(2, TimeUnit.MINUTES)).isTrue();
            trainer.destroy();
            assertThat(trainer.waitFor(2, TimeUnit.MINUTES)).isTrue();
        } finally {
            trainer.destroyForcibly();
            operator.stop(0);
        }
        // Ending within a step ends in libtorch with SIGSEGV, code 134, most of the time; the log line tells every
        // time.
        assertThat(trainer.exitValue()).isEqualTo(SIGTERM_CODE);
        assertThat(folder.resolve("log")).content().contains("the step in progress is done");
        RunReport report = ReportJson.readRun(Files.readString(folder.resolve("termination-stopped")));
        assertThat(report.reason()).isEqualTo(ExitCode.INTERRUPTED.reason());
    }

    private Process start(int port) throws IOException {
        Map<String, String> environment =
                new SyntheticRecipe(folder).with("/teacher/epochs", 10_000).environment("stopped");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "teacher")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment().putAll(environment);
        builder.environment().put(TrainerEnvironment.PROGRESS_URL, "http://127.0.0.1:" + port + "/");
        return builder.start();
    }
}
