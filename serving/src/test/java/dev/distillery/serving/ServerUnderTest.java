package dev.distillery.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The server as it is packaged, in a process of its own, with the options of {@code distillery serve}. */
final class ServerUnderTest implements AutoCloseable {
    private static final Duration START_UP = Duration.ofSeconds(60);
    private static final Pattern URL = Pattern.compile("at (http://127\\.0\\.0\\.1:\\d+)");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path log;
    private final Process process;

    private ServerUnderTest(Path log, Process process) {
        this.log = log;
        this.process = process;
    }

    /** Does not wait for it. */
    static ServerUnderTest launch(Path log, String port, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx1g",
                "-jar",
                "target/quarkus-app/quarkus-run.jar"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        // INFO tells when it begins to stop.
        builder.environment().putAll(Map.of("QUARKUS_HTTP_PORT", port, "QUARKUS_LOG_LEVEL", "INFO"));
        return new ServerUnderTest(log, builder.start());
    }

    static ServerUnderTest start(Path folder, Path model) throws IOException {
        ServerUnderTest server = launch(folder.resolve("server.log"), "0", model.toString());
        Awaitility.await("the server listens").atMost(START_UP).until(() -> {
            if (!server.process.isAlive()) {
                throw new AssertionError("the server ended: " + server.output());
            }
            return URL.matcher(server.output()).find();
        });
        return server;
    }

    String url() {
        try {
            Matcher url = URL.matcher(output());
            if (!url.find()) {
                throw new IllegalStateException("the server does not listen");
            }
            return url.group(1);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    URI at(String path) {
        return URI.create(url() + path);
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(at(path)));
    }

    HttpResponse<byte[]> post(String path, byte[] body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(at(path)).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    static JsonNode json(HttpResponse<byte[]> response) throws IOException {
        return MAPPER.readTree(response.body());
    }

    static String error(HttpResponse<byte[]> response) throws IOException {
        return json(response).path("error").asText();
    }

    String output() throws IOException {
        return Files.readString(log);
    }

    Process process() {
        return process;
    }

    /** @return exit code */
    int awaitEnd() throws InterruptedException {
        Awaitility.await("the server ends").atMost(START_UP).until(() -> !process.isAlive());
        return process.waitFor();
    }

    /** @return the most memory that the process has had, in MiB */
    long peakMebibytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        throw new IllegalStateException("no VmHWM");
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
