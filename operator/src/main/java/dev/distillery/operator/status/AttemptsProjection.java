package dev.distillery.operator.status;

import dev.distillery.report.ExitCode;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.Resumption;
import dev.distillery.report.Stage;
import dev.distillery.status.TrainingRecipeStatus;
import dev.distillery.status.TrainingRecipeStatus.Attempts;
import dev.distillery.status.TrainingRecipeStatus.Failure;
import dev.distillery.status.TrainingRecipeStatus.Progress;
import java.util.Optional;

/** What it took so far: attempts, the last failure, and what a stop cost. Outlives the Jobs and pods that tell it. */
final class AttemptsProjection {
    private AttemptsProjection() {}

    static Attempts of(Observation o) {
        Attempts before = o.before()
                .map(TrainingRecipeStatus::attempts)
                .orElse(new Attempts(0, 0, null, null, null, null, null, null));
        int teacher = Math.max(before.teacher(), o.teacher().attempts());
        int student = Math.max(before.student(), o.student().attempts());
        Integer teacherBefore = o.teacherBefore() == 0 ? null : o.teacherBefore();
        Failure failure = failure(o)
                .filter(seen -> !isEarlier(o, seen, before.lastFailure()))
                .orElse(before.lastFailure());
        boolean sameStage = o.before()
                .map(TrainingRecipeStatus::progress)
                .filter(progress -> progress.stage().equals(o.stageName().toString()))
                .isPresent();
        Resumption now = resumption(o.stage());
        if (now == null || isOutdated(o, now, before)) {
            return sameStage
                    ? new Attempts(
                            teacher,
                            student,
                            teacherBefore,
                            failure,
                            before.lastCheckpointStep(),
                            before.lastCheckpointTime(),
                            before.resumedFromStep(),
                            before.lostSteps())
                    : new Attempts(teacher, student, teacherBefore, failure, null, null, null, null);
        }
        boolean sameCheckpoint = sameStage
                && now.checkpointStep() != null
                && now.checkpointStep().equals(before.lastCheckpointStep());
        return new Attempts(
                teacher,
                student,
                teacherBefore,
                failure,
                now.checkpointStep(),
                now.checkpointTime() == null && sameCheckpoint ? before.lastCheckpointTime() : now.checkpointTime(),
                now.resumedFromStep() == 0 ? null : now.resumedFromStep(),
                lostSteps(o, before, now));
    }

    /** A pod that is stopped because the recipe is suspended did not fail. */
    private static Optional<Failure> failure(Observation o) {
        return Optional.ofNullable(
                        o.stage().failure() != null
                                ? o.stage().failure()
                                : o.teacher().failure())
                .filter(f -> !(o.suspended() && f.reason().equals(ExitCode.INTERRUPTED.reason())));
    }

    /** The pods of a later attempt may be gone while an earlier one's are still there. */
    private static boolean isEarlier(Observation o, Failure seen, Failure before) {
        if (before == null) {
            return false;
        }
        return seen.stage() == before.stage()
                ? seen.attempt() < before.attempt()
                : o.stageName() == Stage.STUDENT && before.stage() == Stage.STUDENT;
    }

    /**
     * What a pod said at its end goes with it, and what it pushed before is still there. Only one that begins anew after it
     * diverged writes a checkpoint of fewer steps later.
     */
    private static boolean isOutdated(Observation o, Resumption now, Attempts before) {
        return before.lastCheckpointStep() != null
                && (now.checkpointTime() == null
                        || before.lastCheckpointTime() == null
                        || now.checkpointTime().compareTo(before.lastCheckpointTime()) <= 0)
                && (now.checkpointStep() == null || now.checkpointStep() < before.lastCheckpointStep())
                && ProgressProjection.before(o)
                        .map(Progress::pod)
                        .filter(pod -> pod.equals(now.pod()))
                        .isPresent();
    }

    private static Resumption resumption(StageObservation stage) {
        if (stage.report() != null && stage.report().resumption() != null) {
            return stage.report().resumption();
        }
        ProgressReport progress = stage.progress();
        return progress == null ? null : progress.resumption();
    }

    /**
     * The steps that the pod before had reported and that were not in the checkpoint; a lower bound, for it may have done
     * more. Counted when another pod's first report arrives, and kept while that one speaks.
     */
    private static Long lostSteps(Observation o, Attempts before, Resumption now) {
        Optional<Progress> earlier = ProgressProjection.before(o).filter(progress -> progress.pod() != null);
        if (earlier.isEmpty() || now.pod() == null) {
            return before.lostSteps();
        }
        return earlier.get().pod().equals(now.pod())
                ? before.lostSteps()
                : Long.valueOf(Math.max(0, earlier.get().step() - now.resumedFromStep()));
    }
}
