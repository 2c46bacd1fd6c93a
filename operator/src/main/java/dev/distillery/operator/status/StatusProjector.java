package dev.distillery.operator.status;

import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.recipe.TrainingRecipe;
import dev.distillery.report.Artifact;
import dev.distillery.report.Result;
import dev.distillery.report.RunReport;
import dev.distillery.schema.Violation;
import dev.distillery.status.Condition;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import dev.distillery.validation.RecipeValidator;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** From what was observed to the status. The only place where a status is made. */
public final class StatusProjector {
    private static final String INVALID = "InvalidRecipe";

    private final Clock clock;

    public StatusProjector(Clock clock) {
        this.clock = clock;
    }

    /** @return a whole status; equal to the one before if nothing changed */
    public TrainingRecipeStatus project(Observation o) {
        return o.violations().isEmpty() ? accepted(o) : rejected(o);
    }

    /**
     * Of a run that has ended nothing changes any more but the generation that was looked at: who waits for it (kstatus,
     * Argo CD) would else wait for ever once such a recipe is suspended.
     */
    public TrainingRecipeStatus seenAgain(TrainingRecipe recipe) {
        return recipe.getStatus().observedAt(recipe.getMetadata().getGeneration());
    }

    private TrainingRecipeStatus rejected(Observation o) {
        String message = o.violations().stream().map(Violation::toString).collect(Collectors.joining("; "));
        Conditions conditions = conditions(o);
        conditions.set(Condition.ACCEPTED, false, INVALID, message);
        conditions.set(Condition.READY, false, INVALID, message);
        conditions.set(Condition.FAILED, true, INVALID, message);
        conditions.set(Condition.STALLED, true, INVALID, message);
        return keepRecord(
                o,
                new TrainingRecipeStatus(
                        generation(o),
                        Phase.FAILED,
                        message,
                        null,
                        conditions.list(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null));
    }

    /** What an earlier run came to stays until another starts: an edit that starts none takes no result away. */
    private static TrainingRecipeStatus keepRecord(Observation o, TrainingRecipeStatus status) {
        TrainingRecipeStatus record = o.recipe().getStatus();
        if (record == null || record.result() == null || status.result() != null) {
            return status;
        }
        return new TrainingRecipeStatus(
                status.observedGeneration(),
                status.phase(),
                status.message(),
                record.top1(),
                status.conditions(),
                status.progress(),
                status.attempts(),
                record.learningCurve(),
                record.result(),
                record.artifacts(),
                status.warnings(),
                record.recipeDigest(),
                status.runId());
    }

    private TrainingRecipeStatus accepted(Observation o) {
        Phase phase = phase(o);
        RunReport student = o.student().report();
        Result result = student == null ? null : student.result();
        List<Artifact> artifacts = student == null ? null : emptyAsNull(student.artifacts());
        String message = message(o, phase);
        TrainingRecipeStatus.Progress progress = ProgressProjection.of(o, phase);
        Conditions conditions = conditions(o);
        StageConditions.add(conditions, o);
        ending(conditions, o, phase, message);
        TrainingRecipeStatus status = new TrainingRecipeStatus(
                generation(o),
                phase,
                message,
                top1(o, result, progress),
                conditions.list(),
                progress,
                AttemptsProjection.of(o),
                emptyAsNull(ProgressProjection.learningCurve(o)),
                result,
                artifacts,
                emptyAsNull(warnings(o)),
                o.resolved().digest(),
                o.runId());
        boolean started = !o.suspended() || o.student().state() != State.ABSENT;
        return started ? status : keepRecord(o, status);
    }

    private static Phase phase(Observation o) {
        State state = o.stage().state();
        if (state == State.FAILED) {
            return Phase.FAILED;
        }
        if (o.atStudent() && state == State.SUCCEEDED) {
            return Phase.READY;
        }
        if (o.suspended()) {
            return Phase.SUSPENDED;
        }
        if (state == State.RUNNING) {
            return o.atStudent() ? Phase.TRAINING_STUDENT : Phase.TRAINING_TEACHER;
        }
        return Phase.PENDING;
    }

    private static String message(Observation o, Phase phase) {
        StageObservation stage = o.stage();
        return switch (phase) {
            case FAILED -> stage.failure().message();
            case READY -> stage.report() == null ? "published" : stage.report().message();
            case PENDING ->
                stage.waiting() == null
                        ? "waiting for a pod to start"
                        : stage.waiting().toString();
            case TRAINING_TEACHER -> "training the teacher";
            case TRAINING_STUDENT -> "training the student";
            case SUSPENDED ->
                "spec.suspend is true; set it to false to go on"
                        + (stage.waiting() == null ? "" : ". " + stage.waiting().message());
        };
    }

    private static void ending(Conditions conditions, Observation o, Phase phase, String message) {
        String reason = phase == Phase.FAILED ? o.stage().failure().reason() : phase.toString();
        conditions.set(Condition.READY, phase == Phase.READY, reason, message);
        conditions.set(Condition.FAILED, phase == Phase.FAILED, reason, message);
        if (phase == Phase.SUSPENDED) {
            conditions.set(Condition.SUSPENDED, true, "Requested", message);
        }
        if (phase == Phase.FAILED) {
            conditions.set(Condition.STALLED, true, reason, message);
        } else if (!phase.terminal()) {
            conditions.set(Condition.RECONCILING, true, reason, message);
        }
    }

    private static String top1(Observation o, Result result, TrainingRecipeStatus.Progress progress) {
        Double top1 = result != null ? Double.valueOf(result.top1()) : null;
        if (top1 == null && o.atStudent()) {
            top1 = progress.top1();
        }
        return top1 == null ? null : String.format(Locale.ROOT, "%.1f%%", 100 * top1);
    }

    private static List<String> warnings(Observation o) {
        List<String> warnings =
                new ArrayList<>(RecipeValidator.warnings(o.resolved().spec()));
        if (o.student().report() != null) {
            warnings.addAll(o.student().report().warnings());
        }
        return warnings;
    }

    private Conditions conditions(Observation o) {
        TrainingRecipeStatus before = o.recipe().getStatus();
        return new Conditions(before == null ? null : before.conditions(), generation(o), clock);
    }

    private static long generation(Observation o) {
        Long generation = o.recipe().getMetadata().getGeneration();
        return generation == null ? 0 : generation;
    }

    private static <T> List<T> emptyAsNull(List<T> list) {
        return list == null || list.isEmpty() ? null : list;
    }
}
