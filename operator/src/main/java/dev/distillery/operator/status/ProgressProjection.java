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
import java.util.Optional;

/** How far a recipe is, over both stages, and its learning curve. */
final class ProgressProjection {
    private ProgressProjection() {}

    /** What is not known (any more) stays as the status before had it: training goes on from there. */
    static TrainingRecipeStatus.Progress of(Observation o, Phase phase) {
        Stage which = o.stageName();
        int epochs = which == Stage.STUDENT
                ? o.resolved().spec().student().epochs()
                : o.resolved().spec().teacher().epochs();
        TrainingRecipeStatus.Progress before = before(o).orElse(null);
        if (phase == Phase.READY) {
            return new TrainingRecipeStatus.Progress(
                    which.toString(), epochs, epochs, 0, 0, 100, "Done", null, null, 0, 0, null);
        }
        ProgressReport report = o.stage().progress();
        boolean running = o.stage().state() == State.RUNNING;
        if (report == null && before != null) {
            return new TrainingRecipeStatus.Progress(
                    before.stage(),
                    before.epoch(),
                    before.epochs(),
                    before.step(),
                    before.steps(),
                    before.percent(),
                    before.summary(),
                    before.loss(),
                    before.top1(),
                    running ? before.imagesPerSecond() : 0,
                    running ? before.estimatedSecondsLeft() : 0,
                    before.pod());
        }
        int percent = percent(o, which == Stage.STUDENT);
        if (report == null) {
            return new TrainingRecipeStatus.Progress(
                    which.toString(),
                    0,
                    epochs,
                    0,
                    0,
                    percent,
                    summary(which, 0, epochs, percent),
                    null,
                    null,
                    0,
                    0,
                    null);
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
                running ? report.imagesPerSecond() : 0,
                running ? report.estimatedSecondsLeft() : 0,
                report.resumption() == null ? null : report.resumption().pod());
    }

    /** @return the progress before, if it is this stage's of this run */
    static Optional<TrainingRecipeStatus.Progress> before(Observation o) {
        return o.before()
                .map(TrainingRecipeStatus::progress)
                .filter(progress -> o.stageName().toString().equals(progress.stage()));
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
        return o.before()
                .map(TrainingRecipeStatus::learningCurve)
                .map(points ->
                        points.stream().filter(point -> point.stage() == which).toList())
                .orElse(List.of());
    }
}
