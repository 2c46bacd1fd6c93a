package dev.distillery.cli;

import dev.distillery.report.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.logging.FileHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What the libraries in this process have to say goes to a file: standard error is for the user. */
final class ClusterLog {
    private ClusterLog() {}

    /** @throws Failure if the file cannot be written */
    static void to(Path file) {
        try {
            Logger root = LogManager.getLogManager().getLogger("");
            for (Handler handler : root.getHandlers()) {
                root.removeHandler(handler);
            }
            FileHandler handler = new FileHandler(file.toString().replace("%", "%%"), false);
            handler.setFormatter(new SimpleFormatter());
            handler.setEncoding("UTF-8");
            root.addHandler(handler);
            root.setLevel(Level.INFO);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.USAGE,
                    file + ": cannot be written: " + e + "; remove it, or name another folder with --state",
                    e);
        }
    }
}
