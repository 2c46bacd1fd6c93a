package dev.distillery.operator.status;

import dev.distillery.operator.status.StageObservation.State;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.LearningCurve;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.Stage;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import java.util.ArrayList;
import java.util.List;

/** How far a recipe is, over both stages, and its learning curve. */
final class ProgressProjection {
    private ProgressProjection() {}

    static TrainingRecipeStatus.Progress of(Observation o, Phase phase) {
        boolean student = o.student().state() != State.ABSENT || !o.distils();
        StageObservation stage = student ? o.student() : o.teacher();
        ProgressReport report = stage.progress();
        Stage which = student ? Stage.STUDENT : Stage.TEACHER;
        int epochs = student
                ? o.resolved().spec().student().epochs()
                : o.resolved().spec().teacher().epochs();
        int percent = percent(o, student);
        if (phase == Phase.READY) {
            return new TrainingRecipeStatus.Progress(
                    which.toString(), epochs, epochs, 0, 0, 100, "Done", null, null, 0, 0);
        }
        if (report == null) {
            return new TrainingRecipeStatus.Progress(
                    which.toString(), 0, epochs, 0, 0, percent, summary(which, 0, epochs, percent), null, null, 0, 0);
        }
        return new TrainingRecipeStatus.Progress(
                which.toString(),
                report.epoch(),
                report.epochs(),
                report.step(),
                report.steps(),
                percent,
                summary(which, report.epoch(), report.epochs(), percent),
                report.loss(),
                report.top1(),
                report.imagesPerSecond(),
                report.estimatedSecondsLeft());
    }

    /** Stages weigh as much as they have epochs. */
    private static int percent(Observation o, boolean student) {
        double teacherEpochs = o.distils() ? o.resolved().spec().teacher().epochs() : 0;
        double studentEpochs = o.resolved().spec().student().epochs();
        double done = student ? teacherEpochs + studentEpochs * share(o.student()) : teacherEpochs * share(o.teacher());
        return (int) Math.floor(100 * done / (teacherEpochs + studentEpochs));
    }

    private static double share(StageObservation stage) {
        if (stage.state() == State.SUCCEEDED) {
            return 1;
        }
        ProgressReport report = stage.progress();
        return report == null || report.steps() == 0 ? 0 : (double) report.step() / report.steps();
    }

    private static String summary(Stage stage, int epoch, int epochs, int percent) {
        return stage + " " + epoch + "/" + epochs + " " + percent + "%";
    }

    /** @return teacher then student, at most {@link LearningCurve#MAX_POINTS} in all */
    static List<CurvePoint> learningCurve(Observation o) {
        List<CurvePoint> teacher = curve(o, o.teacher(), Stage.TEACHER);
        List<CurvePoint> student = curve(o, o.student(), Stage.STUDENT);
        if (teacher.size() + student.size() > LearningCurve.MAX_POINTS) {
            int half = LearningCurve.MAX_POINTS / 2;
            int forTeacher = Math.min(teacher.size(), Math.max(half, LearningCurve.MAX_POINTS - student.size()));
            teacher = LearningCurve.thin(teacher, forTeacher);
            student = LearningCurve.thin(student, LearningCurve.MAX_POINTS - teacher.size());
        }
        List<CurvePoint> both = new ArrayList<>(teacher);
        both.addAll(student);
        return both;
    }

    /** A Job that is gone, or an operator that just started, leaves what the status said before. */
    private static List<CurvePoint> curve(Observation o, StageObservation stage, Stage which) {
        if (stage.report() != null && !stage.report().learningCurve().isEmpty()) {
            return stage.report().learningCurve();
        }
        if (stage.progress() != null) {
            return stage.progress().learningCurve();
        }
        TrainingRecipeStatus before = o.recipe().getStatus();
        boolean sameRun = before != null && o.runId().equals(before.runId()) && before.learningCurve() != null;
        return sameRun
                ? before.learningCurve().stream()
                        .filter(point -> point.stage() == which)
                        .toList()
                : List.of();
    }
}
