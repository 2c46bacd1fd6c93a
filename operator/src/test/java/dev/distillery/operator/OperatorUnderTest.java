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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The operator as it is packaged, in a process of its own. May be killed and started again on the same ports. */
public final class OperatorUnderTest implements AutoCloseable {
    private static final Duration START_UP = Duration.ofSeconds(60);

    private final Path kubeconfig;
    private final Path log;
    private final String name;
    private final int port;
    private final int progressPort;
    private final Map<String, String> settings = new HashMap<>();
    private volatile Process process;

    public OperatorUnderTest(Path kubeconfig, Path log) throws IOException {
        this("operator", kubeconfig, log);
    }

    /** @param name of the replica */
    public OperatorUnderTest(String name, Path kubeconfig, Path log) throws IOException {
        this.name = name;
        this.kubeconfig = kubeconfig;
        this.log = log;
        try (ServerSocket free = new ServerSocket(0);
                ServerSocket another = new ServerSocket(0)) {
            this.port = free.getLocalPort();
            this.progressPort = another.getLocalPort();
        }
    }

    /** For the next start; takes the place of what the tests have. */
    public OperatorUnderTest with(String variable, String value) {
        settings.put(variable, value);
        return this;
    }

    public void start() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder = new ProcessBuilder(java, "-jar", "target/quarkus-app/quarkus-run.jar")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment()
                .putAll(Map.ofEntries(
                        Map.entry("KUBECONFIG", kubeconfig.toString()),
                        Map.entry("QUARKUS_HTTP_HOST", "127.0.0.1"),
                        Map.entry("QUARKUS_HTTP_PORT", Integer.toString(port)),
                        Map.entry("DISTILLERY_PROGRESS_URL", progressUrl()),
                        Map.entry("DISTILLERY_PROGRESS_HOST", "127.0.0.1"),
                        Map.entry("DISTILLERY_PROGRESS_PORT", Integer.toString(progressPort)),
                        Map.entry("DISTILLERY_PROGRESS_INTERVAL", "PT0.05S"),
                        Map.entry("DISTILLERY_RETRY_DELAY", "PT0.05S"),
                        Map.entry("DISTILLERY_POD_NAME", name),
                        Map.entry("DISTILLERY_TRAINER_IMAGE", KubernetesUnderTest.TRAINER_IMAGE)));
        builder.environment().putAll(settings);
        process = builder.start();
        Awaitility.await("the operator is ready")
                .atMost(START_UP)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> {
                    assertAlive();
                    return get("/q/health/ready") == 200;
                });
    }

    /** As a node that fails: without a chance to say goodbye. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** As a rollout does, with SIGTERM. @return the exit code */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(START_UP.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the operator does not end, see " + log);
        }
        return process.exitValue();
    }

    public int get(String path) throws IOException, InterruptedException {
        return send(path).statusCode();
    }

    String text(String path) throws IOException, InterruptedException {
        return send(path).body();
    }

    private HttpResponse<String> send(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url(path))).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Where trainers that this replica starts report. */
    String progressUrl() {
        return "https://127.0.0.1:" + progressPort;
    }

    List<String> log() throws IOException {
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    /** @return log lines that a healthy operator does not write; that a machine is slow is no error of it */
    public List<String> errors() throws IOException {
        return log().stream()
                .filter(line -> line.contains("\"ERROR\"") || line.contains("Exception"))
                // Says that the machine is busy.
                .filter(line -> !line.contains("BlockedThreadChecker"))
                // When the operator is told to end, a renewal of the lease may be under way while its client closes.
                .filter(line -> !line.contains("LeaderElector\"") && !line.contains("[Error Occurred After Shutdown]"))
                .toList();
    }

    private void assertAlive() throws IOException {
        if (!process.isAlive()) {
            throw new AssertionError("the operator ended with " + process.exitValue() + ", see " + log + ":\n"
                    + String.join("\n", errors()));
        }
    }

    private String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroy();
            process.onExit().join();
        }
    }
}
