package dev.distillery.operator.status;

import dev.distillery.operator.stage.StageJob;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.report.ExitCode;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.status.TrainingRecipeStatus.Failure;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.Optional;
import java.util.Set;

/**
 * How a pod or an attempt ended before its time.
 *
 * @param retryable whether another attempt could end otherwise
 */
record AttemptFailure(Failure failure, boolean retryable) {
    private static final String OOM_KILLED = "OOMKilled";
    private static final String POD_FAILED = "PodFailed";
    private static final String DEADLINE = "DeadlineExceeded";
    private static final String REPORT_LOST = "ReportLost";
    private static final String FAILURE_POLICY = "PodFailurePolicy";
    private static final Set<String> OF_LIMITS = Set.of(DEADLINE, ExitCode.OUT_OF_MEMORY.reason());

    /** @return whether an attempt with this allowance follows, limits of number apart */
    boolean mends(RetryAllowance allowance) {
        return retryable || allowance.otherLimits() && OF_LIMITS.contains(failure.reason());
    }

    /** @param failed the Job's condition; {@code newest} of its pods that failed, if one is left */
    static AttemptFailure of(Stage stage, Job job, JobCondition failed, Optional<TrainerPod> newest) {
        int attempt = StagePlan.attemptOf(job);
        if (DEADLINE.equals(failed.getReason())) {
            String message = "attempt " + attempt + " took longer than spec.retry.timeoutSeconds ("
                    + job.getSpec().getActiveDeadlineSeconds() + " s); raise that, or give it more to compute with. Its"
                    + " checkpoints stay";
            return new AttemptFailure(new Failure(stage, attempt, DEADLINE, message, null, null), false);
        }
        return newest.flatMap(pod -> of(stage, job, pod))
                .orElseGet(() -> new AttemptFailure(
                        new Failure(
                                stage,
                                attempt,
                                POD_FAILED,
                                "the pod of attempt " + attempt + " is gone; its Job says " + failed.getReason() + ": "
                                        + failed.getMessage(),
                                null,
                                null),
                        // The policy fails the Job for exit codes that another attempt cannot mend.
                        !FAILURE_POLICY.equals(failed.getReason())));
    }

    /** Of a Job that is complete, and whose pod went before anybody heard what it said. */
    static AttemptFailure reportLost(Stage stage, Job job) {
        int attempt = StagePlan.attemptOf(job);
        String message =
                "attempt " + attempt + " succeeded, and its pod was deleted before its result was read; another"
                        + " attempt finds what is published and says it again. If none is left, raise spec.retry.limit";
        return new AttemptFailure(new Failure(stage, attempt, REPORT_LOST, message, 0, null), true);
    }

    /** @return empty for a pod that did not fail */
    static Optional<AttemptFailure> of(Stage stage, Job job, TrainerPod pod) {
        if (!pod.failed()) {
            return Optional.empty();
        }
        Integer exitCode = pod.end().map(ContainerStateTerminated::getExitCode).orElse(null);
        Optional<RunReport> report = pod.report().filter(r -> !r.succeeded());
        Optional<PodCondition> disruption = pod.disruption();
        String reason;
        String message;
        boolean retryable;
        if (report.isPresent() && !ExitCode.ofReason(report.get().reason()).retryable()) {
            reason = report.get().reason();
            message = report.get().message();
            retryable = false;
        } else if (disruption.isPresent()) {
            reason = disruption.get().getReason();
            message = "pod " + pod.name() + " was stopped: " + disruption.get().getMessage()
                    + report.map(r -> "; it said: " + r.message()).orElse("");
            retryable = true;
        } else if (report.isPresent()) {
            reason = report.get().reason();
            message = report.get().message();
            retryable = true;
        } else if (pod.end().filter(end -> OOM_KILLED.equals(end.getReason())).isPresent()) {
            reason = ExitCode.OUT_OF_MEMORY.reason();
            message = "pod " + pod.name() + " was killed (" + OOM_KILLED + "): it needs more than spec.compute.memory ("
                    + StageJob.memory(job) + "); raise that, or lower spec.training.batchSize. Its checkpoints stay";
            retryable = false;
        } else {
            ExitCode code = exitCode == null ? ExitCode.INTERNAL_ERROR : ExitCode.ofCode(exitCode);
            reason = code == ExitCode.INTERNAL_ERROR ? POD_FAILED : code.reason();
            message = "pod " + pod.name() + " ended "
                    + (exitCode == null
                            ? "without an exit code"
                            : "with exit code " + exitCode + " ("
                                    + pod.end().get().getReason() + ")")
                    + " and no report; see kubectl logs " + pod.name();
            retryable = code.retryable();
        }
        return Optional.of(new AttemptFailure(
                new Failure(stage, StagePlan.attemptOf(pod.pod()), reason, message, exitCode, pod.name()), retryable));
    }
}
