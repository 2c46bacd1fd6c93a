package dev.distillery.trainer.stage;

import dev.distillery.report.CurvePoint;
import dev.distillery.report.ExitCode;
import dev.distillery.report.RunReport;
import dev.distillery.report.Stage;
import dev.distillery.trainer.checkpoint.Teacher;
import dev.distillery.trainer.checkpoint.TeacherStore;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Trains the teacher and keeps it in the workspace; one that is there already is taken as it is. */
final class TeacherStage {
    private TeacherStage() {}

    static RunReport run(StageContext context) {
        TeacherStore store =
                new TeacherStore(context.workspace(), context.recipe().teacherHash());
        Optional<Teacher> kept = store.load(context.data().digest());
        if (kept.isPresent()) {
            // An earlier process may have been killed between keeping its teacher and this.
            context.finished(Stage.TEACHER);
            return report(context, kept.get(), true);
        }
        // What the student's stage would refuse is better refused before the teacher is trained.
        context.assembler().network(Stage.STUDENT);
        StageContext.Trained trained = context.train(Stage.TEACHER, null);
        List<CurvePoint> curve = trained.curve();
        Teacher teacher = new Teacher(
                trained.members().get(0),
                context.data().digest(),
                curve.get(curve.size() - 1).top1(),
                curve);
        store.save(teacher);
        context.finished(Stage.TEACHER);
        return report(context, teacher, false);
    }

    private static RunReport report(StageContext context, Teacher teacher, boolean reused) {
        String message = String.format(
                Locale.ROOT, "teacher %s, top-1 %.4f", reused ? "taken from the workspace" : "trained", teacher.top1());
        return new RunReport(
                context.runId(),
                Stage.TEACHER,
                ExitCode.SUCCEEDED.reason(),
                message,
                teacher.top1(),
                reused,
                null,
                List.of(),
                List.of(),
                teacher.learningCurve(),
                context.marks().report());
    }
}
