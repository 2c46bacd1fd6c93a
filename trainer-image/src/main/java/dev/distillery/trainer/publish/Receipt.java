package dev.distillery.trainer.publish;

import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run said when every destination had its student. A pod that is deleted right then takes its termination message
 * along, and a recipe that is rolled back comes to a run of before: it is said once more, and nothing trained again.
 */
public final class Receipt {
    private static final Logger LOG = LoggerFactory.getLogger(Receipt.class);

    private final Path file;

    /** @param file the run's own; made, with its folder, when there is something to keep */
    public Receipt(Path file) {
        this.file = file;
    }

    /** @return empty if none is kept of this run */
    public Optional<RunReport> of(String runId) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(ReportJson.readRun(Files.readString(file)))
                    .filter(report -> runId.equals(report.runId()));
        } catch (IOException e) {
            LOG.warn("{} cannot be read ({}); the student is published again", file, e.toString());
            return Optional.empty();
        }
    }

    /** @return whether it is kept, on disk */
    public boolean keep(RunReport report) {
        try {
            Files.createDirectories(file.getParent());
            Staging.replace(file, ReportJson.terminationMessage(report));
            Staging.sync(file.getParent());
            return true;
        } catch (IOException e) {
            LOG.warn("{} cannot be written ({}); what another attempt would need stays", file, e.toString());
            return false;
        }
    }
}
