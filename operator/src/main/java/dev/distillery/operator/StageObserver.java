package dev.distillery.operator;

import dev.distillery.operator.progress.ProgressBoard;
import dev.distillery.operator.stage.BackOff;
import dev.distillery.operator.stage.StageCluster;
import dev.distillery.operator.stage.StageJob;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.operator.status.RetryAllowance;
import dev.distillery.operator.status.StageObservation;
import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.operator.status.TrainerPod;
import dev.distillery.operator.status.Waiting;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;

/** What the caches, and the trainers' reports, say of a recipe's stages. */
@Singleton
class StageObserver {
    private final StageSources sources;
    private final StageCluster cluster;
    private final ProgressBoard board;
    private final BackOff backOff;
    private final Clock clock;

    StageObserver(StageSources sources, StageCluster cluster, ProgressBoard board, BackOff backOff, Clock clock) {
        this.sources = sources;
        this.cluster = cluster;
        this.board = board;
        this.backOff = backOff;
        this.clock = clock;
    }

    ObservedStage student(StagePlan first) {
        return look(first, 0);
    }

    ObservedStage teacher(TrainingRecipe recipe, StagePlan first) {
        return look(first, teacherBefore(recipe, first));
    }

    /**
     * A teacher that failed for others, or for this recipe before it was changed, is tried again: perhaps memory, the retry
     * limit or the data were mended since. Its attempts are counted on, so that its Jobs keep their names.
     */
    private int teacherBefore(TrainingRecipe recipe, StagePlan plan) {
        TrainingRecipeStatus status = recipe.getStatus();
        if (status != null && StagePlan.runId(recipe).equals(status.runId()) && status.attempts() != null) {
            Integer before = status.attempts().teacherBefore();
            return before == null ? 0 : before;
        }
        List<Job> attempts = sources.attempts(plan);
        if (attempts.isEmpty()) {
            return 0;
        }
        Job newest = attempts.get(attempts.size() - 1);
        int attempt = StagePlan.attemptOf(newest);
        return StageObservation.failed(newest) ? attempt : attempt - 1;
    }

    private ObservedStage look(StagePlan first, int before) {
        List<Job> attempts = sources.attempts(first).stream()
                .filter(job -> StagePlan.attemptOf(job) > before)
                .toList();
        if (attempts.isEmpty()) {
            return new ObservedStage(first.withAttempt(before + 1), before, null, StageObservation.NONE, null);
        }
        Job job = attempts.get(attempts.size() - 1);
        StagePlan plan = first.withAttempt(StagePlan.attemptOf(job));
        return new ObservedStage(plan, before, job, observe(plan, before, job, sources.pods(plan)), null);
    }

    private StageObservation observe(StagePlan plan, int before, Job job, List<TrainerPod> pods) {
        StageObservation stage = StageObservation.of(
                plan.stage(),
                job,
                pods,
                board.get(plan.key()).orElse(null),
                plan.attempt() - before,
                new RetryAllowance(plan.recipe().spec().retry().limit(), backOff, !StageJob.hasLimitsOf(plan, job)),
                clock.instant());
        boolean queues = stage.state() == State.QUEUED
                && Waiting.IN_QUEUE.equals(stage.waiting().reason());
        return queues
                ? sources.pendingInQueue(job)
                        .map(why -> stage.in(State.QUEUED, new Waiting(Waiting.IN_QUEUE, why)))
                        .orElse(stage)
                : stage;
    }

    /** What a pod said at its end counts for good: of a Job that ended without a pod, the API server is asked once more. */
    ObservedStage heard(ObservedStage seen) {
        Job job = seen.job();
        if (job == null
                || !StageObservation.ended(job)
                || sources.pods(seen.plan()).stream().anyMatch(pod -> pod.belongsTo(job))) {
            return seen;
        }
        List<TrainerPod> pods = cluster.pods(job).stream().map(TrainerPod::new).toList();
        return seen.as(observe(seen.plan(), seen.before(), job, pods), null);
    }
}
