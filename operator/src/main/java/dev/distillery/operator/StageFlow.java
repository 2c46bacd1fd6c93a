package dev.distillery.operator;

import dev.distillery.operator.progress.ProgressBoard;
import dev.distillery.operator.stage.StageCluster;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.operator.status.Observation;
import dev.distillery.operator.status.StageObservation;
import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.schema.Violation;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What is to be done next for a recipe: first the teacher, then the student, nothing once it is finished. */
@Singleton
class StageFlow {
    private final StageSources sources;
    private final StageCluster cluster;
    private final ProgressBoard board;

    StageFlow(StageSources sources, StageCluster cluster, ProgressBoard board) {
        this.sources = sources;
        this.cluster = cluster;
        this.board = board;
    }

    /** @return whether this very run has ended; its Jobs may be gone, and none is made again */
    boolean finished(TrainingRecipe recipe) {
        TrainingRecipeStatus status = recipe.getStatus();
        return status != null
                && status.phase() != null
                && status.phase().terminal()
                && StagePlan.runId(recipe).equals(status.runId());
    }

    /** Ends what an earlier, valid form of the recipe started. */
    Observation stop(TrainingRecipe recipe, List<Violation> violations) {
        leaveAllBut(recipe, Set.of());
        return new Observation(recipe, violations, null, null, StageObservation.NONE, StageObservation.NONE);
    }

    Observation advance(TrainingRecipe recipe, ResolvedRecipe resolved) {
        StagePlan student = StagePlan.student(recipe, resolved);
        StagePlan teacher = resolved.teacherHash() == null ? null : StagePlan.teacher(recipe, resolved);
        leaveAllBut(recipe, teacher == null ? Set.of(student.name()) : Set.of(student.name(), teacher.name()));
        StageObservation studentSeen = observe(student);
        StageObservation teacherSeen = teacher == null ? StageObservation.NONE : observe(teacher);
        if (studentSeen.state() == State.ABSENT) {
            if (teacher != null) {
                teacherSeen = runTeacher(recipe, teacher, teacherSeen);
            }
            boolean teacherDone = teacher == null || teacherSeen.state() == State.SUCCEEDED;
            if (teacherDone && !recipe.getSpec().suspend()) {
                cluster.start(student, false);
                studentSeen = new StageObservation(State.PENDING, 0, null, null, null);
            }
        } else if (!ended(studentSeen)) {
            sources.job(student.namespace(), student.name())
                    .ifPresent(job -> suspend(job, recipe.getSpec().suspend()));
        }
        return new Observation(recipe, List.of(), resolved, student.runId(), teacherSeen, studentSeen);
    }

    private StageObservation runTeacher(TrainingRecipe recipe, StagePlan plan, StageObservation seen) {
        Optional<Job> job = sources.job(plan.namespace(), plan.name());
        boolean suspend = recipe.getSpec().suspend();
        if (job.isEmpty()) {
            if (!suspend) {
                cluster.start(plan, false);
            }
            return suspend ? seen : new StageObservation(State.PENDING, 0, null, null, null);
        }
        boolean newRun = recipe.getStatus() == null
                || !StagePlan.runId(recipe).equals(recipe.getStatus().runId());
        if (seen.state() == State.FAILED && newRun) {
            // It failed for an earlier run; perhaps memory, the retry limit or the data were mended since.
            cluster.delete(job.get());
            return new StageObservation(State.PENDING, 0, null, null, null);
        }
        if (!owns(job.get(), plan.owner().getUid())) {
            cluster.join(plan);
        } else if (!ended(seen) && job.get().getMetadata().getOwnerReferences().size() == 1) {
            suspend(job.get(), suspend);
        }
        return seen;
    }

    private void suspend(Job job, boolean suspend) {
        if (Boolean.TRUE.equals(job.getSpec().getSuspend()) != suspend) {
            cluster.suspend(job, suspend);
        }
    }

    private void leaveAllBut(TrainingRecipe recipe, Set<String> names) {
        for (Job job : sources.jobs(recipe)) {
            if (!names.contains(job.getMetadata().getName())) {
                cluster.leave(job, recipe.getMetadata().getUid());
            }
        }
    }

    private StageObservation observe(StagePlan plan) {
        Job job = sources.job(plan.namespace(), plan.name()).orElse(null);
        if (job == null) {
            board.remove(plan.key());
            return StageObservation.NONE;
        }
        return StageObservation.of(job, sources.pods(job), board.get(plan.key()).orElse(null));
    }

    private static boolean ended(StageObservation stage) {
        return stage.state() == State.SUCCEEDED || stage.state() == State.FAILED;
    }

    private static boolean owns(Job job, String uid) {
        return job.getMetadata().getOwnerReferences().stream()
                .map(OwnerReference::getUid)
                .anyMatch(uid::equals);
    }
}
