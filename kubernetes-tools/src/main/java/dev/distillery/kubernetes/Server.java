package dev.distillery.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** One server process. It ends with this JVM, however that ends: the shell around it waits for the pipe to close. */
final class Server implements AutoCloseable {
    private static final String WITH_ITS_PARENT =
            "exec 3<&0; \"$@\" <&- 3<&- & server=$!; { cat <&3 >/dev/null; kill -9 $server 2>/dev/null; } & "
                    + "exec 3<&- <&-; wait $server";
    private static final Duration START_UP = Duration.ofSeconds(90);
    private static final int OK = 200;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    private final String name;
    private final Path log;
    private final Process process;

    private Server(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /** @param arguments the program first */
    static Server start(List<String> arguments, Path folder) {
        return start(arguments, Map.of(), folder);
    }

    /** @param environment beside that of this process */
    static Server start(List<String> arguments, Map<String, String> environment, Path folder) {
        String name = Path.of(arguments.get(0)).getFileName().toString();
        Path log = folder.resolve(name + ".log");
        List<String> command = new ArrayList<>(List.of("bash", "-c", WITH_ITS_PARENT, name));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        try {
            return new Server(name, log, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until {@code ready} holds; what it throws until then means that it does not. */
    void await(Callable<Boolean> ready) {
        long end = System.nanoTime() + START_UP.toNanos();
        Exception last = null;
        while (System.nanoTime() < end) {
            try {
                if (process.waitFor(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException(name + " ended with " + process.exitValue() + ": " + lastLines());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while " + name + " starts", e);
            }
            try {
                if (ready.call()) {
                    return;
                }
            } catch (Exception e) {
                last = e;
            }
        }
        throw new IllegalStateException(
                name + " is not ready after " + START_UP.toSeconds() + " s: " + lastLines(), last);
    }

    private String lastLines() {
        try {
            List<String> lines = Files.readAllLines(log);
            return log + "\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
        } catch (IOException e) {
            return log.toString();
        }
    }

    /** Waits until a URL answers with 200. */
    void awaitOk(String url) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
        await(() -> HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode()
                == OK);
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it: there is nothing that it should save. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            process.destroyForcibly();
        }
        process.onExit().join();
    }
}
