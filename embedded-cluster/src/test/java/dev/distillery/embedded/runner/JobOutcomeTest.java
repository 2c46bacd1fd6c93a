package dev.distillery.embedded.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.distillery.embedded.ClusterExtension;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobOutcomeTest {
    @RegisterExtension
    static final ClusterExtension CLUSTER = new ClusterExtension();

    private Jobs jobs;

    @BeforeEach
    void makeNamespace() {
        jobs = new Jobs(CLUSTER.client(), CLUSTER.newNamespace());
    }

    @Test
    void completesAndKeepsLogAndLastWords() {
        jobs.run("good", "echo working; echo goodbye > /dev/termination-log");
        Job job = jobs.awaitCondition("good", "Complete");

        assertThat(job.getStatus().getSucceeded()).isEqualTo(1);
        assertThat(job.getStatus().getActive()).isZero();
        assertThat(job.getStatus().getCompletionTime()).isNotNull();
        var pod = jobs.awaitPod("good", "Succeeded");
        ContainerStateTerminated end =
                pod.getStatus().getContainerStatuses().get(0).getState().getTerminated();
        assertThat(end.getExitCode()).isZero();
        assertThat(end.getReason()).isEqualTo("Completed");
        assertThat(end.getMessage()).isEqualTo("goodbye\n");
        assertThat(jobs.log(pod)).isEqualTo("working\n");
        assertThat(CLUSTER.client().pods().resource(pod).tailingLines(0).getLog())
                .isEmpty();
    }

    @Test
    void retriesUpToTheLimit() {
        jobs.run("bad", "exit 3", job -> limit(job, 2));
        Job job = jobs.awaitCondition("bad", "Failed");

        assertThat(Jobs.condition(job, "Failed").getReason()).isEqualTo("BackoffLimitExceeded");
        assertThat(job.getStatus().getFailed()).isEqualTo(3);
        assertThat(jobs.pods("bad")).hasSize(3).allSatisfy(pod -> assertThat(pod.getStatus()
                        .getContainerStatuses()
                        .get(0)
                        .getState()
                        .getTerminated()
                        .getExitCode())
                .isEqualTo(3));
    }

    @ParameterizedTest
    @CsvSource({"FailJob,PodFailurePolicy,1", "Count,BackoffLimitExceeded,2"})
    void obeysThePodFailurePolicy(String action, String reason, int failed) {
        jobs.run("policy", "exit 42", job -> limit(job, 1)
                .editSpec()
                .withNewPodFailurePolicy()
                .addNewRule()
                .withAction(action)
                .withNewOnExitCodes()
                .withOperator("In")
                .withValues(List.of(42))
                .endOnExitCodes()
                .endRule()
                .endPodFailurePolicy()
                .endSpec());
        Job job = jobs.awaitCondition("policy", "Failed");
        assertThat(Jobs.condition(job, "Failed").getReason()).isEqualTo(reason);
        assertThat(job.getStatus().getFailed()).isEqualTo(failed);
    }

    @Test
    void ignoredFailuresDoNotCount() {
        jobs.run("ignored", "test -e \"$HOME_FILE\" && exit 0; touch \"$HOME_FILE\"; exit 42", job -> job.editSpec()
                .withNewPodFailurePolicy()
                .addNewRule()
                .withAction("Ignore")
                .withNewOnExitCodes()
                .withOperator("In")
                .withValues(List.of(42))
                .endOnExitCodes()
                .endRule()
                .endPodFailurePolicy()
                .editTemplate()
                .editSpec()
                .addNewVolume()
                .withName("shared")
                .withNewHostPath(CLUSTER.cluster().kubeconfig().getParent().toString(), "Directory")
                .endVolume()
                .editFirstContainer()
                .addNewEnv()
                .withName("HOME_FILE")
                .withValue("/shared/second-time")
                .endEnv()
                .addNewVolumeMount()
                .withName("shared")
                .withMountPath("/shared")
                .endVolumeMount()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec());
        assertThat(jobs.awaitCondition("ignored", "Complete").getStatus().getFailed())
                .isNull();
    }

    @Test
    void endsAtItsDeadline() {
        jobs.run("late", "sleep 60", job -> job.editSpec()
                .withActiveDeadlineSeconds(1L)
                .editTemplate()
                .editSpec()
                .withTerminationGracePeriodSeconds(1L)
                .endSpec()
                .endTemplate()
                .endSpec());
        Job job = jobs.awaitCondition("late", "Failed");
        assertThat(Jobs.condition(job, "Failed").getReason()).isEqualTo("DeadlineExceeded");
        await().untilAsserted(() -> assertThat(jobs.pods("late")).isEmpty());
    }

    @Test
    void suspendingEndsThePodAndResumingStartsAnother() {
        jobs.run("paused", "sleep 60");
        jobs.awaitPod("paused", "Running");
        setSuspend("paused", true);

        Job suspended = jobs.awaitCondition("paused", "Suspended");
        assertThat(suspended.getStatus().getStartTime()).isNull();
        await().untilAsserted(() -> assertThat(jobs.pods("paused")).isEmpty());
        assertThat(jobs.job("paused").get().getStatus().getFailed()).isNull();

        setSuspend("paused", false);
        jobs.awaitPod("paused", "Running");
        assertThat(Jobs.condition(jobs.job("paused").get(), "Suspended").getStatus())
                .isEqualTo("False");
    }

    @Test
    void goesAfterItsTimeToLive() {
        jobs.run("brief", "exit 0", job -> job.editSpec()
                .withTtlSecondsAfterFinished(0)
                .endSpec());
        await().untilAsserted(() -> assertThat(jobs.job("brief").get()).isNull());
        await().untilAsserted(() -> assertThat(jobs.pods("brief")).isEmpty());
    }

    private void setSuspend(String name, boolean suspend) {
        // As kubectl patch does: whatever the controller writes in the meantime.
        jobs.job(name).patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"suspend\": " + suspend + "}}");
    }

    private static JobBuilder limit(JobBuilder job, int backoffLimit) {
        return job.editSpec().withBackoffLimit(backoffLimit).endSpec();
    }
}
