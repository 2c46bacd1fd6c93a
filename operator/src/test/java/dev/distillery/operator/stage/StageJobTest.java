package dev.distillery.operator.stage;

import static dev.distillery.operator.stage.Plans.JOB;
import static dev.distillery.operator.stage.Plans.student;
import static dev.distillery.operator.stage.Plans.teacher;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StageJobTest {
    @Test
    void theSamePlanGivesTheSame() {
        assertThat(JOB.desired(student())).isEqualTo(JOB.desired(student()));
    }

    /** By these the API server is asked for pods that are in the way. */
    @Test
    void aPodHasTheLabelsOfItsPlaceWhateverItsAttempt() {
        assertThat(JOB.desired(student().withAttempt(2))
                        .getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getLabels())
                .containsAllEntriesOf(student().place());
        assertThat(JOB.desired(teacher().withAttempt(2))
                        .getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getLabels())
                .containsAllEntriesOf(teacher().place());
        assertThat(student().place())
                .isNotEqualTo(teacher().place())
                .doesNotContainKeys(StagePlan.RUN, StagePlan.ATTEMPT);
    }

    @Test
    void aTeachersSettingsAreComparedThoughItsNameStays() {
        assertThat(StageJob.hasSettingsOf(teacher(), JOB.desired(teacher()))).isTrue();
        for (List<Object> edit : List.<List<Object>>of(
                List.of("/compute/memory", "2Gi"),
                List.of("/compute/nodeSelector", Map.of("disk", "ssd")),
                List.of("/checkpoint/gracePeriodSeconds", 99),
                List.of("/retry/timeoutSeconds", 600))) {
            StagePlan edited = teacher(edit.toArray());
            assertThat(edited.name()).isEqualTo(teacher().name());
            assertThat(StageJob.hasSettingsOf(edited, JOB.desired(teacher())))
                    .as(edit.toString())
                    .isFalse();
        }
        Job old = JOB.desired(teacher());
        old.getMetadata().setAnnotations(Map.of());
        assertThat(StageJob.hasSettingsOf(teacher("/compute/memory", "2Gi"), old))
                .as("of an earlier release")
                .isTrue();
        assertThat(StageJob.hasSettingsOf(teacher("/retry/limit", 9), JOB.desired(teacher())))
                .as("none of a Job's")
                .isTrue();
    }

    @Test
    void anAttemptIsOneJobThatFailsAtOnceAndReplacesPodsThatWereStopped() {
        Job job = JOB.desired(student().withAttempt(2));
        assertThat(job.getMetadata().getName()).isEqualTo(student().stageName() + "-2");
        assertThat(StagePlan.attemptOf(job)).isEqualTo(2);
        assertThat(job.getSpec().getBackoffLimit()).isZero();
        assertThat(job.getSpec().getPodReplacementPolicy()).isEqualTo("Failed");
        assertThat(job.getSpec().getPodFailurePolicy().getRules())
                .extracting(PodFailurePolicyRule::getAction)
                .containsExactly("FailJob", "Ignore", "Ignore");
        assertThat(exitCodes(job, 0)).containsExactly(2, 10, 11, 12, 13, 14, 15, 16, 17);
        assertThat(exitCodes(job, 1)).containsExactly(143);
        assertThat(job.getSpec()
                        .getPodFailurePolicy()
                        .getRules()
                        .get(2)
                        .getOnPodConditions()
                        .get(0)
                        .getType())
                .isEqualTo("DisruptionTarget");
    }

    @Test
    void limitsAreComparedByWhatTheyAmountTo() {
        StagePlan plan = student("/compute/memory", "2048Mi", "/retry/timeoutSeconds", 600);
        assertThat(StageJob.hasLimitsOf(plan, JOB.desired(plan))).isTrue();
        Job same = JOB.desired(student("/compute/memory", "2Gi", "/retry/timeoutSeconds", 600));
        assertThat(StageJob.hasLimitsOf(plan, same)).isTrue();
        Job smaller = JOB.desired(student("/compute/memory", "1Gi", "/retry/timeoutSeconds", 600));
        assertThat(StageJob.hasLimitsOf(plan, smaller)).isFalse();
        Job longer = JOB.desired(student("/compute/memory", "2Gi"));
        assertThat(StageJob.hasLimitsOf(plan, longer)).isFalse();
    }

    @Test
    void anImageThatAWebhookRewroteIsNoOtherImage() {
        Job job = JOB.desired(student());
        assertThat(JOB.hasImageOf(student(), job)).isTrue();
        Container trainer =
                job.getSpec().getTemplate().getSpec().getContainers().get(0);
        // As the operator's caches hold it.
        trainer.setEnv(List.of());
        trainer.setImage("mirror/trainer:1");
        assertThat(JOB.hasImageOf(student(), job)).isTrue();
        Job onGpu = JOB.desired(student("/compute/gpus", 1));
        assertThat(JOB.hasImageOf(student(), onGpu)).isFalse();
        onGpu.getMetadata().setAnnotations(null);
        assertThat(JOB.hasImageOf(student(), onGpu)).as("of an earlier release").isTrue();
    }

    @Test
    void aQueueGetsASuspendedJobWithItsName() {
        assertThat(JOB.desired(student()).getSpec().getSuspend()).isFalse();
        assertThat(StageJob.queue(JOB.desired(student()))).isEmpty();
        Job queued = JOB.desired(student("/compute/queue", "team-a"));
        assertThat(queued.getSpec().getSuspend()).isTrue();
        assertThat(queued.getMetadata().getLabels()).containsEntry("kueue.x-k8s.io/queue-name", "team-a");
        assertThat(StageJob.queue(queued)).contains("team-a");
    }

    private static List<Integer> exitCodes(Job job, int rule) {
        return job.getSpec()
                .getPodFailurePolicy()
                .getRules()
                .get(rule)
                .getOnExitCodes()
                .getValues();
    }
}
