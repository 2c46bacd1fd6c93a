package dev.distillery.cli;

import dev.distillery.embedded.Watchdog;
import dev.distillery.report.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The operator, as it ships, in a process of its own. */
final class OperatorProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final int POLL_MILLIS = 100;
    private static final int STOP_SECONDS = 10;

    private final Process process;
    private final URI ready;
    private final LogFile log;

    private OperatorProcess(Process process, URI ready, LogFile log) {
        this.process = process;
        this.ready = ready;
        this.log = log;
    }

    /** @param kubeconfig of the cluster that it looks after */
    static OperatorProcess start(Path jar, Path kubeconfig, Path log) {
        String address = "127.0.0.1";
        String health = String.valueOf(freePort());
        String progress = String.valueOf(freePort());
        ProcessBuilder builder = new ProcessBuilder(Installation.java().toString(), "-jar", jar.toString());
        builder.environment()
                .putAll(Map.ofEntries(
                        Map.entry("KUBECONFIG", kubeconfig.toString()),
                        Map.entry("QUARKUS_HTTP_HOST", address),
                        Map.entry("QUARKUS_HTTP_PORT", health),
                        Map.entry("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "false"),
                        Map.entry("DISTILLERY_LEADER_ELECTION_ENABLED", "false"),
                        Map.entry("DISTILLERY_PROGRESS_URL", "https://" + address + ":" + progress),
                        Map.entry("DISTILLERY_PROGRESS_HOST", address),
                        Map.entry("DISTILLERY_PROGRESS_PORT", progress),
                        Map.entry("DISTILLERY_PROGRESS_INTERVAL", "PT1S"),
                        Map.entry("DISTILLERY_TRAINER_IMAGE", Installation.TRAINER_IMAGE)));
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            Watchdog.watch(process);
            return new OperatorProcess(
                    process, URI.create("http://" + address + ":" + health + "/q/health/ready"), new LogFile(log));
        } catch (IOException e) {
            throw new Failure(ExitCode.INTERNAL_ERROR, "the operator cannot be started: " + e.getMessage(), e);
        }
    }

    /** @throws Failure if it ends or is not ready in time */
    void awaitReady() throws InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request =
                HttpRequest.newBuilder(ready).timeout(Duration.ofSeconds(2)).build();
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            if (isReady(client, request)) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new Failure(
                        ExitCode.INTERNAL_ERROR,
                        "the operator is not ready after %d s".formatted(START_LIMIT.toSeconds()),
                        log);
            }
        }
        throw ended();
    }

    /** What to throw once {@link #onExit} has come true. */
    Failure ended() {
        return new Failure(ExitCode.INTERNAL_ERROR, "the operator ended with exit code " + process.exitValue(), log);
    }

    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    long pid() {
        return process.pid();
    }

    /** SIGTERM now; {@link #close} waits. */
    void requestStop() {
        process.destroy();
    }

    @Override
    public void close() {
        requestStop();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isReady(HttpClient client, HttpRequest request) throws InterruptedException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new Failure(ExitCode.INTERNAL_ERROR, "no free port on loopback: " + e.getMessage(), e);
        }
    }
}
