package dev.distillery.operator.status;

import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.report.ExitCode;
import dev.distillery.report.RunReport;
import dev.distillery.status.Condition;

/** The conditions on the way: from a recipe that is accepted to a student that is published. */
final class StageConditions {
    private StageConditions() {}

    static void add(Conditions conditions, Observation o) {
        conditions.set(Condition.ACCEPTED, true, "Valid", "the recipe can run");
        queued(conditions, o);
        scheduled(conditions, o);
        if (o.distils()) {
            teacher(conditions, o);
        }
        student(conditions, o.student());
    }

    /** Of the stage that the recipe is at. */
    private static void queued(Conditions conditions, Observation o) {
        StageObservation stage = o.stage();
        Waiting waiting = stage.waiting();
        switch (stage.state()) {
            case ABSENT, BLOCKED, SUSPENDED, RETRYING ->
                conditions.set(
                        Condition.QUEUED,
                        false,
                        o.suspended() ? "Suspended" : reason(waiting, "NotStarted"),
                        o.suspended() ? "spec.suspend is true" : message(waiting, "nothing is started yet"));
            case QUEUED ->
                conditions.set(
                        Condition.QUEUED,
                        true,
                        Waiting.IN_QUEUE,
                        message(waiting, "the queue has not admitted the Job"));
            case PENDING, RUNNING, SUCCEEDED, FAILED -> {
                String queue = o.resolved().spec().compute().queue();
                conditions.set(
                        Condition.QUEUED,
                        true,
                        queue == null ? "NoQueue" : "Admitted",
                        queue == null ? "the Job needs no queue" : "queue " + queue + " has admitted the Job");
            }
        }
    }

    private static void scheduled(Conditions conditions, Observation o) {
        StageObservation stage = o.stage();
        boolean had = stage.state() == State.RUNNING
                || stage.state() == State.SUCCEEDED
                || stage.state() == State.PENDING && stage.scheduled()
                || stage.state() == State.FAILED
                        && (stage.scheduled() || o.before().isPresent() && conditions.was(Condition.SCHEDULED));
        if (had) {
            conditions.set(Condition.SCHEDULED, true, "Scheduled", "a pod has a node");
            return;
        }
        String fallback =
                switch (stage.state()) {
                    case QUEUED -> Waiting.IN_QUEUE;
                    case ABSENT, SUSPENDED -> o.suspended() ? "Suspended" : "NotStarted";
                    default -> "NoPod";
                };
        conditions.set(
                Condition.SCHEDULED,
                false,
                reason(stage.waiting(), fallback),
                message(stage.waiting(), "no pod has a node"));
    }

    /** A student is started only after its teacher is there: what becomes of the teacher's Job then changes nothing. */
    private static void teacher(Conditions conditions, Observation o) {
        StageObservation teacher = o.teacher();
        if (teacher.state() == State.SUCCEEDED) {
            String message =
                    teacher.report() == null ? "trained" : teacher.report().message();
            conditions.set(Condition.TEACHER_READY, true, "Trained", message);
        } else if (o.atStudent()) {
            conditions.keepOr(Condition.TEACHER_READY, "Trained", "trained");
        } else {
            underWay(conditions, Condition.TEACHER_READY, teacher);
        }
    }

    private static void student(Conditions conditions, StageObservation student) {
        RunReport report = student.report();
        boolean measured =
                report != null && report.result() != null && student.state().ended();
        if (measured) {
            conditions.set(Condition.STUDENT_TRAINED, true, "Trained", "the student is trained and exported");
            boolean passed = !ExitCode.GATE_FAILED.reason().equals(report.reason());
            String verdict = passed ? "the exported student meets spec.gate" : report.message();
            conditions.set(Condition.GATE_PASSED, passed, passed ? "Passed" : ExitCode.GATE_FAILED.reason(), verdict);
        } else if (student.state() == State.SUCCEEDED) {
            // Its pod is gone, and the figures with it; the Job still says that all of this is done.
            conditions.keepOr(Condition.STUDENT_TRAINED, "Trained", "the student is trained and exported");
            conditions.keepOr(Condition.GATE_PASSED, "Passed", "the exported student meets spec.gate");
        } else {
            underWay(conditions, Condition.STUDENT_TRAINED, student);
            conditions.unknown(Condition.GATE_PASSED, "NotMeasured", "the student was not measured yet");
        }
        boolean published = student.state() == State.SUCCEEDED;
        String why = report != null && student.state().ended()
                ? report.message()
                : published ? "published" : "nothing is published yet";
        conditions.set(Condition.PUBLISHED, published, published ? "Published" : "NotPublished", why);
    }

    private static void underWay(Conditions conditions, String type, StageObservation stage) {
        switch (stage.state()) {
            case FAILED ->
                conditions.set(
                        type, false, stage.failure().reason(), stage.failure().message());
            case RUNNING -> conditions.set(type, false, "Training", "training");
            case SUSPENDED -> conditions.set(type, false, "Suspended", message(stage.waiting(), "suspended"));
            case BLOCKED, QUEUED, PENDING, RETRYING ->
                conditions.set(
                        type, false, reason(stage.waiting(), "Pending"), message(stage.waiting(), "no pod runs yet"));
            case ABSENT -> conditions.set(type, false, "NotStarted", "not started");
            case SUCCEEDED -> conditions.set(type, true, "Trained", "trained");
        }
    }

    private static String reason(Waiting waiting, String otherwise) {
        return waiting == null ? otherwise : waiting.reason();
    }

    private static String message(Waiting waiting, String otherwise) {
        return waiting == null || waiting.message() == null ? otherwise : waiting.message();
    }
}
