package dev.distillery.operator;

import dev.distillery.operator.leader.Leadership;
import dev.distillery.operator.progress.ProgressBoard;
import dev.distillery.operator.stage.StageCluster;
import dev.distillery.operator.stage.StageJob;
import dev.distillery.operator.stage.StagePlan;
import dev.distillery.operator.status.Observation;
import dev.distillery.operator.status.StageObservation;
import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.operator.status.TrainerPod;
import dev.distillery.operator.status.Waiting;
import dev.distillery.recipe.ResolvedRecipe;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.Stage;
import dev.distillery.schema.Violation;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is to be done next for a recipe: first the teacher, then the student, each in one attempt or more, nothing once it
 * is finished.
 *
 * <p>What is done depends on the caches only, and every write may be made twice: an attempt's Job has one name, so that an
 * operator that was killed, or sees an old cache, makes none a second time.
 */
@Singleton
class StageFlow {
    private final StageSources sources;
    private final StageObserver observer;
    private final StageCluster cluster;
    private final PendingStage pending;
    private final ProgressBoard board;
    private final Leadership leadership;
    private final Clock clock;
    private final RecentJobs recent = new RecentJobs(System::nanoTime);

    StageFlow(
            StageSources sources,
            StageObserver observer,
            StageCluster cluster,
            PendingStage pending,
            ProgressBoard board,
            Leadership leadership,
            Clock clock) {
        this.sources = sources;
        this.observer = observer;
        this.cluster = cluster;
        this.pending = pending;
        this.board = board;
        this.leadership = leadership;
        this.clock = clock;
    }

    /** @return whether this very run has ended; its Jobs may be gone, and none is made again */
    boolean finished(TrainingRecipe recipe) {
        TrainingRecipeStatus status = recipe.getStatus();
        return status != null
                && status.phase() != null
                && status.phase().terminal()
                && status.runId() != null
                && (seen(recipe) || StagePlan.runId(recipe).equals(status.runId()));
    }

    /** Takes away what a run that has ended left in the cluster; of a shared teacher, this recipe's part in it. */
    void retire(TrainingRecipe recipe) {
        leaveAllBut(recipe, Set.of());
    }

    /** Nobody edited it since; a newer CRD may still have given it fields that its run knew nothing of. */
    private static boolean seen(TrainingRecipe recipe) {
        Long generation = recipe.getMetadata().getGeneration();
        return generation != null && generation.equals(recipe.getStatus().observedGeneration());
    }

    /** Ends what an earlier, valid form of the recipe started. */
    Observation stop(TrainingRecipe recipe, List<Violation> violations) {
        leaveAllBut(recipe, Set.of());
        return Observation.rejected(recipe, violations);
    }

    Observation advance(TrainingRecipe recipe, ResolvedRecipe resolved) {
        StagePlan studentPlan = StagePlan.student(recipe, resolved);
        StagePlan teacherPlan = resolved.teacherHash() == null ? null : StagePlan.teacher(recipe, resolved);
        leaveAllBut(
                recipe,
                Stream.of(Optional.of(studentPlan), Optional.ofNullable(teacherPlan))
                        .flatMap(Optional::stream)
                        .map(StagePlan::run)
                        .collect(Collectors.toSet()));
        boolean suspend = recipe.getSpec().suspend();
        // Where others lead as well, a recipe that nobody looked at yet may take the place of one that was deleted just
        // now.
        Instant free = recent.predecessors(leadership.since())
                .filter(left -> leadership.elected() || known(recipe, studentPlan))
                .map(clock.instant()::plus)
                .orElse(null);
        ObservedStage student = observer.heard(observer.student(studentPlan));
        ObservedStage teacher = teacherPlan == null ? null : observer.teacher(recipe, teacherPlan);
        // Before another attempt the teacher is looked at again: a new trainer image, for one, needs a new one.
        boolean atStudent =
                teacher == null || student.job() != null && student.stage().state() != State.RETRYING;
        if (!atStudent) {
            teacher = drive(observer.heard(teacher), suspend, free);
            atStudent = teacher.stage().state() == State.SUCCEEDED;
        }
        if (atStudent) {
            student = drive(student, suspend, free);
        }
        return new Observation(
                recipe,
                List.of(),
                resolved,
                studentPlan.runId(),
                teacher == null ? StageObservation.NONE : teacher.stage(),
                student.stage(),
                teacher == null ? 0 : teacher.before(),
                atStudent ? student.nextLook() : teacher.nextLook());
    }

    /** @return whether this operator, before it was started again, has looked at this very run */
    private static boolean known(TrainingRecipe recipe, StagePlan student) {
        return recipe.getStatus() != null
                && student.runId().equals(recipe.getStatus().runId());
    }

    /** @param free when Jobs may be made; null for now */
    private ObservedStage drive(ObservedStage seen, boolean suspend, Instant free) {
        if (seen.stage().scheduled() || seen.stage().state().ended()) {
            recent.podMade(seen.plan());
        }
        return switch (seen.stage().state()) {
            case SUCCEEDED -> {
                board.remove(seen.plan().key());
                yield join(seen);
            }
            case FAILED -> {
                board.remove(seen.plan().key());
                yield seen;
            }
            case ABSENT -> suspend ? seen : start(seen, seen.plan(), free);
            case RETRYING -> {
                board.remove(seen.plan().key());
                Instant due = seen.stage().retryAt();
                if (suspend || clock.instant().isBefore(due)) {
                    yield seen.as(seen.stage(), suspend ? null : due);
                }
                yield start(seen, seen.plan().withAttempt(seen.plan().attempt() + 1), free);
            }
            case BLOCKED, QUEUED, SUSPENDED, PENDING, RUNNING -> suspend ? pause(seen) : keepGoing(seen);
        };
    }

    private ObservedStage start(ObservedStage seen, StagePlan plan, Instant notBefore) {
        Instant now = clock.instant();
        Optional<Instant> again = recent.same(plan).map(now::plus);
        if (again.isPresent()) {
            if (plan.stage() == Stage.TEACHER) {
                cluster.join(plan);
            }
            return started(seen, plan, again.get());
        }
        Optional<Instant> free =
                Optional.ofNullable(notBefore).or(() -> recent.another(plan).map(now::plus));
        if (free.isPresent()) {
            return seen.as(
                    seen.stage().in(State.BLOCKED, new Waiting("PodEnding", "a pod of an earlier Job may still start")),
                    free.get());
        }
        // Pods and Jobs are watched apart: a Job's end may be known before its pod ever was.
        Optional<TrainerPod> inTheWay = sources.inTheWay(plan)
                .or(() -> cluster.pods(plan.namespace(), plan.place()).stream()
                        .map(TrainerPod::new)
                        .filter(TrainerPod::live)
                        .findFirst());
        if (inTheWay.isPresent()) {
            Waiting why = inTheWay.get()
                    .lost(clock.instant())
                    .orElse(new Waiting(
                            "PodEnding", "pod " + inTheWay.get().name() + " of an earlier attempt or run is ending"));
            // Of a pod that no cache ever held, no event tells that it went.
            return seen.as(seen.stage().in(State.BLOCKED, why), clock.instant().plus(PendingStage.ASK_AGAIN));
        }
        try {
            cluster.start(plan);
        } catch (KubernetesClientException e) {
            Waiting refused = Refusal.of(e).orElseThrow(() -> e);
            return seen.as(
                    seen.stage().in(State.BLOCKED, refused), clock.instant().plus(PendingStage.ASK_AGAIN));
        }
        recent.add(plan);
        return started(seen, plan, null);
    }

    private static ObservedStage started(ObservedStage seen, StagePlan plan, Instant nextLook) {
        return seen.as(
                seen.stage()
                        .started(plan.attempt() - seen.before(), plan.compute().queue()),
                nextLook);
    }

    /** Others that share the attempt go on with it. What a queue admitted is given back to it: the Job goes, its checkpoint stays. */
    private ObservedStage pause(ObservedStage seen) {
        Job job = seen.job();
        String uid = seen.plan().owner().getUid();
        if (owns(job, uid) && !StageObservation.ended(job)) {
            if (StageJob.queue(job).isPresent()
                    || job.getMetadata().getOwnerReferences().size() > 1) {
                cluster.leave(job, uid);
            } else if (!Boolean.TRUE.equals(job.getSpec().getSuspend())) {
                cluster.suspend(job, true);
            }
        }
        return seen;
    }

    private ObservedStage keepGoing(ObservedStage seen) {
        Job job = seen.job();
        if (job.getMetadata().getDeletionTimestamp() != null) {
            return seen;
        }
        if (cluster.deleteIfSetOtherwise(seen.plan(), job)) {
            return seen;
        }
        join(seen);
        if (seen.stage().state() == State.SUSPENDED) {
            cluster.suspend(job, false);
        }
        return seen.stage().state() == State.PENDING ? pending.help(seen) : seen.as(seen.stage(), lost(seen));
    }

    /** @return when to look whether a pod that is being deleted has ended, which its node may never tell; null for never */
    private Instant lost(ObservedStage seen) {
        return sources.pods(seen.plan()).stream()
                .flatMap(pod -> pod.lostAt().stream())
                .filter(clock.instant()::isBefore)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private ObservedStage join(ObservedStage seen) {
        if (!owns(seen.job(), seen.plan().owner().getUid())) {
            cluster.join(seen.plan());
        }
        return seen;
    }

    private void leaveAllBut(TrainingRecipe recipe, Set<String> runs) {
        for (Job job : sources.jobs(recipe)) {
            if (!runs.contains(job.getMetadata().getLabels().get(StagePlan.RUN))) {
                board.remove(job.getMetadata().getNamespace() + "/"
                        + job.getMetadata().getName());
                cluster.leave(job, recipe.getMetadata().getUid());
            }
        }
    }

    private static boolean owns(Job job, String uid) {
        return job.getMetadata().getOwnerReferences().stream()
                .map(OwnerReference::getUid)
                .anyMatch(uid::equals);
    }
}
