package dev.distillery.embedded.runner;

import dev.distillery.embedded.Watchdog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A pod's process and all that it starts. Where {@code setsid} is installed it leads a process group of its own, so
 * that what it leaves behind can be found after its end; elsewhere only its living descendants can.
 */
final class PodProcess {
    private static final System.Logger LOG = System.getLogger(PodProcess.class.getName());
    private static final Path NULL_DEVICE = Path.of("/dev/null");
    private static final Path SETSID = Path.of("/usr/bin/setsid");
    private static final boolean OWN_GROUP = Files.isExecutable(SETSID);

    private final Process process;
    private final Path terminationMessage;

    private PodProcess(Process process, ContainerSetup.Command command) {
        this.process = process;
        this.terminationMessage = command.terminationMessage();
    }

    /** Its input is empty; its output and errors go to the log. */
    static PodProcess start(ContainerSetup.Command command) throws StartFailure {
        List<String> argv = new ArrayList<>(command.argv());
        if (argv.isEmpty()) {
            throw StartFailure.execution("no command specified");
        }
        if (OWN_GROUP) {
            argv.add(0, SETSID.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(argv)
                .directory(command.workingDirectory().toFile())
                .redirectInput(NULL_DEVICE.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(command.log().toFile()));
        builder.environment().putAll(command.environment());
        try {
            Process process = builder.start();
            Watchdog.watch(process);
            return new PodProcess(process, command);
        } catch (IOException e) {
            throw StartFailure.execution(e.getMessage());
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** 128 + the signal's number when a signal ended it. */
    int exitCode() {
        return process.exitValue();
    }

    CompletableFuture<?> onExit() {
        return process.onExit();
    }

    Path terminationMessage() {
        return terminationMessage;
    }

    /** Asks the process, and only it, to end: SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Ends the process and what it started: SIGKILL. Also for what is left after its end. */
    void kill() {
        try (Stream<ProcessHandle> descendants = process.descendants()) {
            descendants.forEach(ProcessHandle::destroyForcibly);
        }
        process.destroyForcibly();
        if (OWN_GROUP) {
            killGroup();
        }
    }

    private void killGroup() {
        try {
            Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -s KILL -- -" + process.pid())
                    .redirectInput(NULL_DEVICE.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            kill.waitFor();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the process group %d may live on".formatted(process.pid()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
