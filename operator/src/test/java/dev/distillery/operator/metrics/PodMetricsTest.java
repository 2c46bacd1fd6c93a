package dev.distillery.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.operator.MutableClock;
import dev.distillery.operator.leader.Leadership;
import dev.distillery.operator.leader.Replica;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.Stage;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PodMetricsTest {
    private final MutableClock clock = new MutableClock();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final PodMetrics metrics = new PodMetrics(meters, Leadership.alone(), clock);

    @Test
    void countsAnEndOnceWithItsReasonItsTimeAndItsGpus() {
        Pod pod = ended("2026-01-01T00:00:10Z", "2026-01-01T00:02:10Z", 0, "Completed", null);
        metrics.observed(pod);
        metrics.observed(pod);
        metrics.deleted(pod);
        assertThat(meters.counter("distillery.attempts.ended", "stage", "Student", "reason", "Succeeded")
                        .count())
                .isEqualTo(1);
        assertThat(meters.counter("distillery.gpu.seconds", "stage", "Student").count())
                .isEqualTo(240);
        assertThat(meters.get("distillery.stage.duration")
                        .tags("stage", "Student", "outcome", "succeeded")
                        .timer()
                        .totalTime(TimeUnit.SECONDS))
                .isEqualTo(120);
    }

    @Test
    void reasonsAreAFewWordsWhateverThePodSays() {
        assertThat(reason(1, "Error", "{\"reason\":\"Diverged\"}")).isEqualTo("Diverged");
        assertThat(reason(137, "OOMKilled", null)).isEqualTo("OOMKilled");
        assertThat(reason(14, "Error", null)).isEqualTo("GateFailed");
        assertThat(reason(11, "Error", "{\"reason\":\"<script>\"}")).isEqualTo("InvalidData");
        assertThat(reason(99, "Error", "no json")).isEqualTo("Unknown");
    }

    @Test
    void stagesAreTwoWhateverThePodIsLabelled() {
        metrics.observed(ended("2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z", 0, "Completed", null)
                .edit()
                .editMetadata()
                .addToLabels("distillery.dev/stage", "anything")
                .endMetadata()
                .build());
        assertThat(meters.get("distillery.stage.duration")
                        .tags("stage", "Unknown")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aPodThatIsDeletedWhileItRunsHasUsedItsGpus() {
        clock.advance(Duration.ofSeconds(70));
        metrics.deleted(new PodBuilder(pod())
                .withNewStatus()
                .withStartTime("2026-01-01T00:00:10Z")
                .endStatus()
                .build());
        assertThat(meters.counter("distillery.attempts.ended", "stage", "Student", "reason", "Deleted")
                        .count())
                .isEqualTo(1);
        assertThat(meters.counter("distillery.gpu.seconds", "stage", "Student").count())
                .isEqualTo(120);
    }

    @Test
    void whatEndedBeforeThisProcessAndWhatAnotherLeaderCountsIsLeftOut() {
        metrics.observed(ended("2025-12-31T00:00:00Z", "2025-12-31T00:01:00Z", 0, "Completed", null));
        new PodMetrics(meters, Leadership.candidate(new Replica("b", "10.0.0.2", 8443), () -> {}), clock)
                .observed(ended("2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z", 0, "Completed", null));
        assertThat(meters.getMeters()).isEmpty();
    }

    @Test
    void theFirstStepIsTimedOnce() {
        clock.advance(Duration.ofSeconds(42));
        metrics.reported(pod(), report(0));
        metrics.reported(pod(), report(1));
        clock.advance(Duration.ofSeconds(5));
        metrics.reported(pod(), report(2));
        var timer = meters.get("distillery.time.to.first.step").timer();
        assertThat(timer.count()).isEqualTo(1);
        assertThat(timer.totalTime(TimeUnit.SECONDS)).isEqualTo(42);
    }

    @Test
    void aStepBeforeThePodWasCreatedByThisClockTookNoTime() {
        clock.advance(Duration.ofSeconds(-20));
        metrics.reported(pod(), report(1));
        var timer = meters.get("distillery.time.to.first.step").timer();
        assertThat(timer.count()).isEqualTo(1);
        assertThat(timer.totalTime(TimeUnit.SECONDS)).isZero();
    }

    private static ProgressReport report(long step) {
        return new ProgressReport("run", Stage.STUDENT, 0, 1, step, 10, null, null, 0, 0, List.of(), null);
    }

    private String reason(int exitCode, String ofKubelet, String message) {
        SimpleMeterRegistry fresh = new SimpleMeterRegistry();
        new PodMetrics(fresh, Leadership.alone(), clock)
                .observed(ended("2026-01-01T00:00:10Z", "2026-01-01T00:02:10Z", exitCode, ofKubelet, message));
        return fresh.get("distillery.attempts.ended").counter().getId().getTag("reason");
    }

    private static Pod ended(String started, String finished, int exitCode, String reason, String message) {
        return new PodBuilder(pod())
                .withNewStatus()
                .addNewContainerStatus()
                .withNewState()
                .withNewTerminated()
                .withStartedAt(started)
                .withFinishedAt(finished)
                .withExitCode(exitCode)
                .withReason(reason)
                .withMessage(message)
                .endTerminated()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
    }

    private static Pod pod() {
        return new PodBuilder()
                .withNewMetadata()
                .withName("pod")
                .withUid("uid")
                .withCreationTimestamp("2026-01-01T00:00:00Z")
                .addToLabels("distillery.dev/stage", "Student")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("trainer")
                .withNewResources()
                .addToLimits("nvidia.com/gpu", new Quantity("2"))
                .addToLimits("memory", new Quantity("1Gi"))
                .endResources()
                .endContainer()
                .endSpec()
                .build();
    }
}
