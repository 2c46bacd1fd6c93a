package dev.distillery.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distillery.report.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorProcessTest {
    @TempDir
    private Path folder;

    @Test
    void anEndBeforeItIsReadyIsReportedWithItsLastLines() {
        Path kubeconfig = folder.resolve("none");
        Path log = folder.resolve("operator.log");
        try (OperatorProcess operator =
                OperatorProcess.start(StandInOperator.jar(folder.resolve("operator.jar")), kubeconfig, log)) {
            assertThatThrownBy(operator::awaitReady)
                    .isInstanceOfSatisfying(Failure.class, failure -> {
                        StringWriter err = new StringWriter();
                        failure.print(new PrintWriter(err, true));
                        assertThat(err.toString()).contains("log: " + log).contains("  | no cluster there");
                        assertThat(failure.code()).isEqualTo(ExitCode.INTERNAL_ERROR);
                    })
                    .hasMessage("the operator ended with exit code 3");
            assertThat(new LogFile(log).lastLines(10))
                    .contains(
                            "kubeconfig " + kubeconfig,
                            "image localhost/distillery/trainer:0.1.0",
                            "progress at https://127.0.0.1:…");
        }
    }
}
