package dev.distillery.operator.status;

import dev.distillery.operator.stage.StageJob;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.status.TrainingRecipeStatus.Failure;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A stage as the cluster shows it.
 *
 * @param attempts made so far, the one under way included
 * @param report what the newest attempt's newest pod said at its end; null if nothing is known (yet)
 * @param progress what the running pod pushed last; null if nothing is known
 * @param waiting why no pod computes; null if one does, or if there is nothing to say
 * @param failure of the newest pod that failed, or of the attempt if its pods are gone; null if none did
 * @param retryAt when the next attempt may start; null unless {@link State#RETRYING}
 * @param scheduled whether the newest attempt's pod has, or had, a node
 */
public record StageObservation(
        State state,
        int attempts,
        RunReport report,
        ProgressReport progress,
        Waiting waiting,
        Failure failure,
        Instant retryAt,
        boolean scheduled) {

    public enum State {
        /** There is no Job. */
        ABSENT,
        /** There is to be a Job, and something is in its way. */
        BLOCKED,
        /** Its queue has not admitted the Job, or took the admission back. */
        QUEUED,
        /** The operator has suspended the Job. */
        SUSPENDED,
        /** No pod runs yet. */
        PENDING,
        RUNNING,
        /** The newest attempt failed, and another follows. */
        RETRYING,
        SUCCEEDED,
        /** No attempt follows. */
        FAILED;

        /** @return whether nothing more happens to the stage in this run */
        public boolean ended() {
            return this == SUCCEEDED || this == FAILED;
        }
    }

    public static final StageObservation NONE =
            new StageObservation(State.ABSENT, 0, null, null, null, null, null, false);

    /**
     * @param job of the newest attempt
     * @param pods of this stage, any attempt's
     * @param progress may be null
     * @param attempts made so far, this one included
     * @param allowance what becomes of an attempt that failed
     * @param now tells whether a pod that was to end has had time to
     */
    public static StageObservation of(
            Stage stage,
            Job job,
            List<TrainerPod> pods,
            ProgressReport progress,
            int attempts,
            RetryAllowance allowance,
            Instant now) {
        List<TrainerPod> own = pods.stream()
                .filter(pod -> pod.belongsTo(job))
                .sorted(TrainerPod.BY_AGE)
                .toList();
        Optional<TrainerPod> newest = own.stream().reduce((older, newer) -> newer);
        RunReport report = newest.flatMap(TrainerPod::report).orElse(null);
        Failure newestFailure = pods.stream()
                .sorted(TrainerPod.BY_AGE.reversed())
                .flatMap(pod -> AttemptFailure.of(stage, job, pod).stream())
                .findFirst()
                .map(AttemptFailure::failure)
                .orElse(null);
        boolean scheduled = newest.filter(TrainerPod::scheduled).isPresent();
        StageObservation seen =
                new StageObservation(State.PENDING, attempts, report, progress, null, newestFailure, null, scheduled);
        if (ended(job) && own.stream().anyMatch(TrainerPod::live)) {
            // Jobs and pods are watched apart: this pod's end, and what it said, is still to be heard of.
            return seen.in(State.RUNNING, null);
        }
        Optional<JobCondition> complete = condition(job, "Complete");
        if (complete.isPresent()) {
            // Others may share a teacher whose pod is long gone, and what it said is not needed.
            boolean lost = stage == Stage.STUDENT && own.isEmpty();
            return lost
                    ? seen.failed(AttemptFailure.reportLost(stage, job), complete.get(), allowance)
                    : seen.in(State.SUCCEEDED, null);
        }
        Optional<JobCondition> failed = condition(job, "Failed");
        if (failed.isPresent()) {
            Optional<TrainerPod> culprit =
                    own.stream().filter(TrainerPod::failed).reduce((older, newer) -> newer);
            return seen.failed(AttemptFailure.of(stage, job, failed.get(), culprit), failed.get(), allowance);
        }
        Optional<Waiting> lost = newest.flatMap(pod -> pod.lost(now));
        if (Boolean.TRUE.equals(job.getSpec().getSuspend())) {
            Optional<String> queue = StageJob.queue(job);
            Waiting why = lost.or(() -> newest.filter(TrainerPod::live)
                            .map(pod -> new Waiting("Stopping", "pod " + pod.name() + " saves itself and ends")))
                    .or(() -> queue.map(Waiting::inQueue))
                    .orElse(null);
            return seen.in(queue.isPresent() ? State.QUEUED : State.SUSPENDED, why);
        }
        if (job.getMetadata().getDeletionTimestamp() != null) {
            return seen.in(State.PENDING, new Waiting("JobDeleted", "the Job is being deleted; it is made again then"));
        }
        if (lost.isPresent()) {
            return seen.in(State.PENDING, lost.get());
        }
        // A pod that has ended still counts until the Job says what that means: it may start another.
        boolean running = newest.filter(TrainerPod::started).isPresent();
        Waiting why = newest.flatMap(TrainerPod::waiting).orElse(null);
        return seen.in(running ? State.RUNNING : State.PENDING, running ? null : why);
    }

    /** @return whether the Job's attempt is over */
    public static boolean ended(Job job) {
        return condition(job, "Complete").isPresent() || failed(job);
    }

    /** @return whether the Job's attempt failed */
    public static boolean failed(Job job) {
        return condition(job, "Failed").isPresent();
    }

    /** @param ended the Job's condition that says so */
    private StageObservation failed(AttemptFailure end, JobCondition ended, RetryAllowance allowance) {
        boolean again = end.mends(allowance) && attempts <= allowance.limit();
        Instant at = again
                ? Instant.parse(ended.getLastTransitionTime())
                        .plus(allowance.backOff().after(attempts))
                : null;
        Waiting why = again
                ? new Waiting(
                        "BackOff",
                        "attempt %d of %d starts at %s, for attempt %d failed: %s: %s"
                                .formatted(
                                        attempts + 1,
                                        allowance.limit() + 1,
                                        at,
                                        attempts,
                                        end.failure().reason(),
                                        end.failure().message()))
                : null;
        return new StageObservation(
                again ? State.RETRYING : State.FAILED, attempts, report, null, why, end.failure(), at, scheduled);
    }

    /** @return the same stage in another state, or waiting for something else; {@code why} may be null */
    public StageObservation in(State other, Waiting why) {
        return new StageObservation(other, attempts, report, progress, why, failure, retryAt, scheduled);
    }

    /**
     * @param number how many attempts that makes
     * @param queue null for none
     * @return the stage right after an attempt was started
     */
    public StageObservation started(int number, String queue) {
        State next = queue == null ? State.PENDING : State.QUEUED;
        Waiting why = queue == null ? null : Waiting.inQueue(queue);
        return new StageObservation(next, number, null, null, why, failure, null, false);
    }

    private static Optional<JobCondition> condition(Job job, String type) {
        return job.getStatus() == null
                ? Optional.empty()
                : job.getStatus().getConditions().stream()
                        .filter(c -> type.equals(c.getType()) && "True".equals(c.getStatus()))
                        .findFirst();
    }
}
