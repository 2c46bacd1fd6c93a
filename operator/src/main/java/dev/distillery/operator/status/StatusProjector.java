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
        conditions.set(Condition.ACCEPTED, false, "InvalidRecipe", message);
        conditions.set(Condition.READY, false, "InvalidRecipe", message);
        conditions.set(Condition.FAILED, true, "InvalidRecipe", message);
        return new TrainingRecipeStatus(
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
                null);
    }

    private TrainingRecipeStatus accepted(Observation o) {
        Phase phase = phase(o);
        RunReport student = o.student().report();
        Result result = student == null ? null : student.result();
        List<Artifact> artifacts = student == null ? null : emptyAsNull(student.artifacts());
        String message = message(o, phase);
        return new TrainingRecipeStatus(
                generation(o),
                phase,
                message,
                top1(o, result),
                conditions(o, phase, message),
                ProgressProjection.of(o, phase),
                attempts(o),
                emptyAsNull(ProgressProjection.learningCurve(o)),
                result,
                artifacts,
                emptyAsNull(warnings(o)),
                o.resolved().digest(),
                o.runId());
    }

    private static Phase phase(Observation o) {
        boolean failed = o.teacher().state() == State.FAILED || o.student().state() == State.FAILED;
        if (failed) {
            return Phase.FAILED;
        }
        if (o.student().state() == State.SUCCEEDED) {
            return Phase.READY;
        }
        if (o.suspended()) {
            return Phase.SUSPENDED;
        }
        if (o.student().state() == State.RUNNING) {
            return Phase.TRAINING_STUDENT;
        }
        boolean studentExists = o.student().state() != State.ABSENT;
        if (!studentExists && o.distils() && o.teacher().state() == State.RUNNING) {
            return Phase.TRAINING_TEACHER;
        }
        return Phase.PENDING;
    }

    private static String message(Observation o, Phase phase) {
        StageObservation stage =
                o.teacher().state() == State.FAILED || o.student().state() == State.ABSENT ? o.teacher() : o.student();
        return switch (phase) {
            case FAILED, READY ->
                stage.report() == null ? stage.trouble() : stage.report().message();
            case PENDING -> stage.trouble() == null ? "waiting for a pod to start" : stage.trouble();
            case TRAINING_TEACHER -> "training the teacher";
            case TRAINING_STUDENT -> "training the student";
            case SUSPENDED -> "spec.suspend is true; set it to false to go on";
        };
    }

    private List<Condition> conditions(Observation o, Phase phase, String message) {
        Conditions conditions = conditions(o);
        conditions.set(Condition.ACCEPTED, true, "Valid", "the recipe can run");
        if (o.distils()) {
            stage(conditions, Condition.TEACHER_READY, o.teacher());
        }
        studentConditions(conditions, o);
        if (phase == Phase.SUSPENDED) {
            conditions.set(Condition.SUSPENDED, true, "Requested", message);
        }
        String reason = phase == Phase.FAILED ? failureReason(o) : phase.toString();
        conditions.set(Condition.READY, phase == Phase.READY, reason, message);
        conditions.set(Condition.FAILED, phase == Phase.FAILED, reason, message);
        return conditions.list();
    }

    private static void studentConditions(Conditions conditions, Observation o) {
        RunReport report = o.student().report();
        boolean measured = report != null && report.result() != null && done(o.student());
        if (!measured) {
            stage(conditions, Condition.STUDENT_TRAINED, o.student());
            conditions.unknown(Condition.GATE_PASSED, "NotMeasured", "the student was not measured yet");
        } else {
            conditions.set(Condition.STUDENT_TRAINED, true, "Trained", "the student is trained and exported");
            boolean passed = !"GateFailed".equals(report.reason());
            String verdict = passed ? "the exported student meets spec.gate" : report.message();
            conditions.set(Condition.GATE_PASSED, passed, passed ? "Passed" : "GateFailed", verdict);
        }
        boolean published = o.student().state() == State.SUCCEEDED;
        String why = report == null || !done(o.student()) ? "nothing is published yet" : report.message();
        conditions.set(Condition.PUBLISHED, published, published ? "Published" : "NotPublished", why);
    }

    private static void stage(Conditions conditions, String type, StageObservation stage) {
        switch (stage.state()) {
            case SUCCEEDED ->
                conditions.set(
                        type,
                        true,
                        "Trained",
                        stage.report() == null ? "trained" : stage.report().message());
            case FAILED ->
                conditions.set(
                        type,
                        false,
                        stage.report() == null ? "PodFailed" : stage.report().reason(),
                        stage.report() == null
                                ? stage.trouble()
                                : stage.report().message());
            case RUNNING -> conditions.set(type, false, "Training", "training");
            case SUSPENDED -> conditions.set(type, false, "Suspended", "suspended");
            case PENDING, ABSENT ->
                conditions.set(type, false, "Pending", stage.trouble() == null ? "not started" : stage.trouble());
        }
    }

    private static boolean done(StageObservation stage) {
        return stage.state() == State.SUCCEEDED || stage.state() == State.FAILED;
    }

    private static String failureReason(Observation o) {
        StageObservation failed = o.teacher().state() == State.FAILED ? o.teacher() : o.student();
        return failed.report() == null ? "PodFailed" : failed.report().reason();
    }

    private static String top1(Observation o, Result result) {
        Double top1 = result != null ? Double.valueOf(result.top1()) : null;
        if (top1 == null && o.student().progress() != null) {
            top1 = o.student().progress().top1();
        }
        return top1 == null ? null : String.format(Locale.ROOT, "%.1f%%", 100 * top1);
    }

    private static TrainingRecipeStatus.Attempts attempts(Observation o) {
        String failure = o.student().state() == State.ABSENT ? lastFailure(o.teacher()) : lastFailure(o.student());
        return new TrainingRecipeStatus.Attempts(
                o.teacher().attempts(), o.student().attempts(), failure);
    }

    private static String lastFailure(StageObservation stage) {
        if (stage.report() != null && !stage.report().succeeded()) {
            return stage.report().reason() + ": " + stage.report().message();
        }
        return stage.state() == State.FAILED ? stage.trouble() : null;
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
