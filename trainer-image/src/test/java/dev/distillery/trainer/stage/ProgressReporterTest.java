package dev.distillery.trainer.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.report.CurvePoint;
import dev.distillery.report.Stage;
import dev.distillery.trainer.checkpoint.TrainingState;
import dev.distillery.trainer.metrics.EpochResult;
import dev.distillery.trainer.precision.LossScale;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressReporterTest {
    @Test
    void aLearningRateKeepsFourDigitsHoweverSmall() {
        List<EpochResult> results = List.of(
                new EpochResult(1, 0.123456789, 0.987654321, 0.0123456),
                new EpochResult(2, 0.1, 0.9, 1.23456e-7),
                new EpochResult(3, 0.1, 0.9, 0));
        ProgressReporter reporter = new ProgressReporter(
                "run-1", Stage.STUDENT, 4, 40, 8, null, new CheckpointMarks(null, Clock.systemUTC()));
        reporter.started(new TrainingState(0, 3, 0, 30, 0, 0, new LossScale.State(1, 0), results, 0));
        assertThat(reporter.curve())
                .containsExactly(
                        new CurvePoint(Stage.STUDENT, 1, 0.12346, 0.98765, 0.01235),
                        new CurvePoint(Stage.STUDENT, 2, 0.1, 0.9, 1.235e-7),
                        new CurvePoint(Stage.STUDENT, 3, 0.1, 0.9, 0));
    }
}
