import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The operator as it is packaged, in a process of its own, without leader election. Started again it has the same ports. */
final class PackagedOperator implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Path kubeconfig;
    private final Path folder;
    private final int port;
    private final int progressPort;
    private final HttpClient http = HttpClient.newHttpClient();
    private Process process;

    /** @param folder where its log and histograms go */
    PackagedOperator(Path kubeconfig, Path folder) throws IOException {
        this.kubeconfig = kubeconfig;
        this.folder = folder;
        try (ServerSocket one = new ServerSocket(0);
                ServerSocket two = new ServerSocket(0)) {
            port = one.getLocalPort();
            progressPort = two.getLocalPort();
        }
    }

    /** Does not wait until it is ready. The JVM's options are those in OPERATOR_JAVA. */
    void start() throws IOException {
        List<String> command = new ArrayList<>(List.of("java"));
        command.addAll(List.of(System.getenv("OPERATOR_JAVA").split(" ")));
        command.addAll(List.of("-jar", "operator/target/quarkus-app/quarkus-run.jar"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment()
                .putAll(Map.of(
                        "KUBECONFIG", kubeconfig.toString(),
                        "QUARKUS_HTTP_HOST", "127.0.0.1",
                        "QUARKUS_HTTP_PORT", Integer.toString(port),
                        "DISTILLERY_PROGRESS_URL", "https://127.0.0.1:" + progressPort,
                        "DISTILLERY_PROGRESS_HOST", "127.0.0.1",
                        "DISTILLERY_PROGRESS_PORT", Integer.toString(progressPort),
                        "DISTILLERY_LEADER_ELECTION_ENABLED", "false"));
        process = builder.start();
    }

    boolean isReady() {
        return get("/q/health/ready").isPresent();
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** What it counted of its requests to the API server, by method and resource. */
    Map<String, Double> requests() {
        Map<String, Double> counts = new TreeMap<>();
        for (String line : get("/q/metrics").orElseThrow().split("\n")) {
            if (line.startsWith("distillery_kubernetes_requests_total{")) {
                String key = label(line, "method") + " " + label(line, "resource");
                counts.merge(key, Double.parseDouble(line.substring(line.lastIndexOf(' '))), Double::sum);
            }
        }
        return counts;
    }

    /** @return of a line in Prometheus' text format; empty without it */
    static String label(String line, String name) {
        String start = name + "=\"";
        int at = line.indexOf(start);
        return at < 0 ? "" : line.substring(at + start.length(), line.indexOf('"', at + start.length()));
    }

    /** User and system time of every process that takes part. */
    Map<String, Duration> cpu() {
        Map<String, Duration> times = new TreeMap<>();
        ProcessHandle.current().info().totalCpuDuration().ifPresent(time -> times.put("program", time));
        ProcessHandle.current().descendants().forEach(child -> {
            String name = child.pid() == process.pid()
                    ? "operator"
                    : Path.of(child.info().command().orElse("?")).getFileName().toString();
            child.info().totalCpuDuration().ifPresent(time -> times.merge(name, time, Duration::plus));
        });
        return times;
    }

    /** @param field VmRSS or VmHWM, which is the greatest RSS so far */
    long memoryMiB(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.split("\\s+")[1]) / 1024)
                .sum();
    }

    /** Collects garbage, and leaves a class histogram in {@code histogram-WHEN.txt}. */
    long heapAfterGcMiB(String when) throws IOException, InterruptedException {
        Path histogram = folder.resolve("histogram-" + when + ".txt");
        new ProcessBuilder("jcmd", Long.toString(process.pid()), "GC.class_histogram")
                .redirectOutput(histogram.toFile())
                .start()
                .waitFor();
        return Files.readAllLines(histogram).stream()
                .filter(line -> line.startsWith("Total"))
                .mapToLong(line -> Long.parseLong(line.split("\\s+")[2]) >> 20)
                .sum();
    }

    long errors() throws IOException {
        return Files.readAllLines(log()).stream()
                .filter(line -> line.contains("\"ERROR\"") || line.contains("OutOfMemory"))
                .count();
    }

    /** @throws IllegalStateException after three minutes, or when the operator has ended */
    void until(String what, BooleanSupplier holds) throws InterruptedException {
        until(what, PATIENCE, holds);
    }

    void until(String what, Duration patience, BooleanSupplier holds) throws InterruptedException {
        long start = System.nanoTime();
        while (!holds.getAsBoolean()) {
            if (process != null && !process.isAlive()) {
                throw new IllegalStateException("the operator ended with " + process.exitValue() + " before: " + what);
            }
            if (System.nanoTime() - start > patience.toNanos()) {
                throw new IllegalStateException(patience + " has not been enough for: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private Path log() {
        return folder.resolve("operator.log");
    }

    private Optional<String> get(String path) {
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? Optional.of(answer.body()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
    }
}
