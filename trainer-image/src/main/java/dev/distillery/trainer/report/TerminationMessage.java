package dev.distillery.trainer.report;

import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import dev.distillery.report.TrainerEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leaves the run report where the kubelet picks it up. */
public final class TerminationMessage {
    private static final Logger LOG = LoggerFactory.getLogger(TerminationMessage.class);
    private static final String KUBELET_DEFAULT = "/dev/termination-log";

    private TerminationMessage() {}

    /**
     * Writes the report, cut to what Kubernetes keeps, to {@link TrainerEnvironment#TERMINATION_MESSAGE_PATH}, or to the
     * kubelet's default if that exists. In place: the kubelet mounts this one file, so it cannot be replaced by a rename.
     * A failure is logged and not thrown, for the exit code still tells how the run ended.
     *
     * @return where it was written; empty if nowhere
     */
    public static Optional<Path> write(RunReport report, Map<String, String> env) {
        String configured = env.get(TrainerEnvironment.TERMINATION_MESSAGE_PATH);
        boolean named = configured != null && !configured.isBlank();
        try {
            Path path = Path.of(named ? configured : KUBELET_DEFAULT);
            if (!named && !Files.isWritable(path)) {
                return Optional.empty();
            }
            Files.write(path, ReportJson.terminationMessage(report));
            return Optional.of(path);
        } catch (IOException | InvalidPathException e) {
            LOG.warn("termination message: cannot write {}: {}", configured, e.toString());
            return Optional.empty();
        }
    }
}
