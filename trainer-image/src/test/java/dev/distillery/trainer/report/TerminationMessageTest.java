package dev.distillery.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.report.ReportJson;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TerminationMessageTest {
    @TempDir
    Path folder;

    private final RunReport report = new RunReport(
            "run",
            Stage.STUDENT,
            "InvalidData",
            "x".repeat(9000),
            null,
            false,
            null,
            List.of(),
            List.of(),
            List.of(),
            null);

    @Test
    void writesAReportThatFits() throws Exception {
        Path file = Files.writeString(folder.resolve("message"), "older and longer ".repeat(1000));
        assertThat(TerminationMessage.write(report, Map.of("TERMINATION_MESSAGE_PATH", file.toString())))
                .contains(file);
        assertThat(Files.size(file)).isLessThanOrEqualTo(ReportJson.MAX_TERMINATION_MESSAGE_BYTES);
        assertThat(ReportJson.readRun(Files.readString(file)).reason()).isEqualTo("InvalidData");
    }

    @Test
    void aFailureToWriteIsNoFailureOfTheRun() {
        String inNoFolder = folder.resolve("none/message").toString();
        assertThat(TerminationMessage.write(report, Map.of("TERMINATION_MESSAGE_PATH", inNoFolder)))
                .isEmpty();
    }
}
