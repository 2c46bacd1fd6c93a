package dev.distillery.operator;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** The operator as it is packaged, in a process of its own. May be killed and started again on the same port. */
final class OperatorUnderTest implements AutoCloseable {
    private static final Duration START_UP = Duration.ofSeconds(60);

    private final Path kubeconfig;
    private final Path log;
    private final int port;
    private Process process;

    OperatorUnderTest(Path kubeconfig, Path log) throws IOException {
        this.kubeconfig = kubeconfig;
        this.log = log;
        try (ServerSocket free = new ServerSocket(0)) {
            this.port = free.getLocalPort();
        }
    }

    void start() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder = new ProcessBuilder(java, "-jar", "target/quarkus-app/quarkus-run.jar")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment()
                .putAll(Map.of(
                        "KUBECONFIG",
                        kubeconfig.toString(),
                        "QUARKUS_HTTP_HOST",
                        "127.0.0.1",
                        "QUARKUS_HTTP_PORT",
                        Integer.toString(port),
                        "DISTILLERY_PROGRESS_URL",
                        url(""),
                        "DISTILLERY_PROGRESS_KEY",
                        "a key of the tests",
                        "DISTILLERY_RETRY_DELAY",
                        "PT0.05S",
                        "DISTILLERY_PROGRESS_INTERVAL",
                        "PT0.05S",
                        "DISTILLERY_TRAINER_IMAGE",
                        KubernetesUnderTest.TRAINER_IMAGE));
        process = builder.start();
        Awaitility.await("the operator is ready")
                .atMost(START_UP)
                .ignoreExceptions()
                .until(() -> {
                    assertAlive();
                    return get("/q/health/ready") == 200;
                });
    }

    /** As a node that fails: without a chance to say goodbye. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    int get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url(path))).build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    /** @return log lines that a healthy operator does not write; that a machine is slow is no error of it */
    List<String> errors() throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(" ERROR ") || line.contains("Exception"))
                    .filter(line -> !line.contains("BlockedThreadChecker"))
                    .toList();
        }
    }

    private void assertAlive() {
        if (!process.isAlive()) {
            throw new AssertionError("the operator ended with " + process.exitValue() + ", see " + log);
        }
    }

    private String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
