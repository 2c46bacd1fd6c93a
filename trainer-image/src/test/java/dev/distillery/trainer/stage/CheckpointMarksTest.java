package dev.distillery.trainer.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.report.Resumption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class CheckpointMarksTest {
    private final CheckpointMarks marks =
            new CheckpointMarks("pod", Clock.fixed(Instant.parse("2026-03-01T12:00:00.5Z"), ZoneOffset.UTC));

    @Test
    void beforeTrainingThereIsNothingToSay() {
        assertThat(marks.report()).isNull();
    }

    @Test
    void aProcessWithoutACheckpointBeginsAtTheStart() {
        marks.started(0);
        assertThat(marks.report()).isEqualTo(new Resumption("pod", 0, null, null));
    }

    @Test
    void theCheckpointThatItWentOnFromIsTheNewestUntilItWritesOne() {
        marks.started(1500);
        assertThat(marks.report()).isEqualTo(new Resumption("pod", 1500, 1500L, null));
        marks.saved(1512);
        assertThat(marks.report()).isEqualTo(new Resumption("pod", 1500, 1512L, "2026-03-01T12:00:00Z"));
    }

    @Test
    void trainingThatBeginsAgainAfterItDivergedIsStillTheSameProcess() {
        marks.started(1500);
        marks.started(0);
        assertThat(marks.report().resumedFromStep()).isEqualTo(1500);
    }
}
