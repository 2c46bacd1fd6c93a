package dev.distillery.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Ends what this process started should it end without doing so itself, by SIGKILL or for want of memory. A trainer that lived
 * on would go on writing its checkpoints beside the one that the next run starts.
 *
 * <p>A shell reads which processes are alive from a pipe, and kills them when the pipe ends.
 */
public final class Watchdog {
    private static final System.Logger LOG = System.getLogger(Watchdog.class.getName());
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    /** A pod's process leads a group; others do not. */
    private static final String SCRIPT =
            """
            trap '' HUP INT TERM
            alive=' '
            while read -r change pid; do
              case $change in
                started) alive="$alive$pid " ;;
                ended) alive="${alive%% "$pid" *} ${alive#* "$pid" }" ;;
              esac
            done
            for pid in $alive; do
              kill -s KILL -- "-$pid" || kill -s KILL "$pid"
            done
            """;

    private static final Watchdog OF_THIS_PROCESS = new Watchdog();

    private OutputStream changes;

    private Watchdog() {}

    /** @param process is killed, with the process group that it may lead, when this process is gone */
    public static void watch(Process process) {
        OF_THIS_PROCESS.tell("started", process);
        CompletableFuture<Void> unused = process.onExit().thenAccept(ended -> OF_THIS_PROCESS.tell("ended", ended));
    }

    private synchronized void tell(String change, Process process) {
        try {
            if (changes == null) {
                changes = start();
            }
            changes.write((change + " " + process.pid() + "\n").getBytes(StandardCharsets.US_ASCII));
            changes.flush();
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "process %d lives on if this one is killed".formatted(process.pid()),
                    e);
        }
    }

    private static OutputStream start() throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(SETSID)) {
            // Whoever kills this process with its group would take the watchdog along.
            command.add(SETSID.toString());
        }
        command.addAll(List.of("/bin/sh", "-c", SCRIPT));
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .getOutputStream();
    }
}
