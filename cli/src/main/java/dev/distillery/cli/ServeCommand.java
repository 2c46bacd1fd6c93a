package dev.distillery.cli;

import dev.distillery.embedded.Watchdog;
import dev.distillery.report.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "serve",
        description = {
            "Serves a published model on loopback until Ctrl-C.",
            "For programs the Open Inference Protocol (v2, REST), for people a page that takes a picture;"
                    + " metrics are at /metrics."
        })
final class ServeCommand implements Callable<Integer> {
    private static final int MAX_PORT = 65_535;

    @Parameters(
            paramLabel = "MODEL",
            description =
                    "A model.onnx, a version's folder, or a model's folder, of which the latest version is taken.")
    private Path model;

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "8080", description = "0 takes a free one.")
    private int port;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of one inference. Without it: one for each processor.")
    private Integer threads;

    @Override
    public Integer call() throws IOException, InterruptedException {
        requirePort(port);
        if (threads != null && threads < 1) {
            throw new Failure(ExitCode.USAGE, "--threads: got " + threads + ", expected 1 or more");
        }
        Installation installation = Installation.ofEnvironment(System.getenv());
        List<String> command = new ArrayList<>(List.of(
                Installation.java().toString(),
                "-XX:+UseSerialGC",
                "-Xmx1g",
                "-Djava.awt.headless=true",
                "-jar",
                installation.server().toString(),
                model.toString()));
        if (threads != null) {
            command.add(threads.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
        Process server = builder.start();
        Watchdog.watch(server);
        Thread stop = new Thread(() -> stop(server), "serve-shutdown");
        Runtime.getRuntime().addShutdownHook(stop);
        return server.waitFor();
    }

    static void requirePort(int port) {
        if (port < 0 || port > MAX_PORT) {
            throw new Failure(ExitCode.USAGE, "--port: got " + port + ", expected 0 to " + MAX_PORT);
        }
    }

    /** Waits, so that the prompt comes back when the requests in work are answered. */
    private static void stop(Process server) {
        server.destroy();
        try {
            server.waitFor();
        } catch (InterruptedException e) {
            server.destroyForcibly();
        }
    }
}
