package dev.distillery.trainer.stage;

import dev.distillery.report.Resumption;
import java.time.Clock;
import java.time.temporal.ChronoUnit;

/** Where this process went on, and where the next one would. Written by the thread that trains, read by any. */
final class CheckpointMarks {
    private final String pod;
    private final Clock clock;
    private volatile Resumption marks;

    /** @param pod its name, null outside a cluster */
    CheckpointMarks(String pod, Clock clock) {
        this.pod = pod;
        this.clock = clock;
    }

    /** @param step 0 without a checkpoint. A second call, after training that diverged, says nothing new of this process. */
    void started(long step) {
        if (marks == null) {
            marks = new Resumption(pod, step, step == 0 ? null : step, null);
        }
    }

    void saved(long step) {
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        marks = new Resumption(pod, marks.resumedFromStep(), step, now);
    }

    /** @return null before training began */
    Resumption report() {
        return marks;
    }
}
