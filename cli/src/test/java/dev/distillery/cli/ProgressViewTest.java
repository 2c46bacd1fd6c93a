package dev.distillery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distillery.report.CurvePoint;
import dev.distillery.report.Stage;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProgressViewTest {
    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text);

    @Test
    void plainPrintsOneLineForEachPhaseAndEpoch() {
        ProgressView view = new PlainProgress(out);
        view.show(status(Phase.PENDING, null, List.of()));
        view.show(status(Phase.TRAINING_TEACHER, progress("Teacher", 0, 3, null, null), List.of()));
        view.show(status(Phase.TRAINING_TEACHER, progress("Teacher", 0, 9, 1.5, null), List.of()));
        view.show(status(Phase.TRAINING_TEACHER, progress("Teacher", 1, 17, 1.2, 0.75), points(Stage.TEACHER, 1, 1)));
        view.show(status(Phase.TRAINING_TEACHER, progress("Teacher", 1, 20, 1.1, 0.75), points(Stage.TEACHER, 1, 1)));
        view.end();
        assertThat(text.toString().lines())
                .containsExactly(
                        "phase: Pending",
                        "phase: TrainingTeacher",
                        "teacher epoch 1/12: loss 0.500, top-1 87.5%, 5,210 images/s, 1m01s left");
    }

    @Test
    void plainCatchesUpOnEpochsBetweenTwoStatuses() {
        ProgressView view = new PlainProgress(out);
        view.show(status(Phase.TRAINING_STUDENT, progress("Student", 3, 50, 1.0, 0.8), points(Stage.STUDENT, 1, 3)));
        view.end();
        assertThat(text.toString().lines())
                .filteredOn(line -> line.startsWith("student epoch"))
                .hasSize(3);
    }

    @Test
    void plainNeverGoesBackWhenTheCurveIsThinned() {
        ProgressView view = new PlainProgress(out);
        view.show(status(Phase.TRAINING_STUDENT, null, points(Stage.STUDENT, 8, 8)));
        view.show(status(Phase.TRAINING_STUDENT, null, points(Stage.STUDENT, 6, 9)));
        view.end();
        assertThat(text.toString().lines())
                .containsExactly(
                        "student epoch 8: loss 0.500, top-1 87.5%",
                        "phase: TrainingStudent", "student epoch 9: loss 0.500, top-1 87.5%");
    }

    @Test
    void whoWaitsIsToldWhatFor() {
        TrainingRecipeStatus waiting =
                Statuses.in(Phase.PENDING).message("Unschedulable: no GPU").build();
        ProgressView plain = new PlainProgress(out);
        plain.show(waiting);
        plain.show(waiting);
        assertThat(text.toString().lines()).containsExactly("phase: Pending (Unschedulable: no GPU)");
        text.getBuffer().setLength(0);
        new TerminalProgress(out, 80).show(waiting);
        assertThat(text.toString()).endsWith("Pending: Unschedulable: no GPU");
    }

    @Test
    void plainUsesNoControlCharacters() {
        ProgressView view = new PlainProgress(out);
        view.note("starting");
        view.show(status(Phase.TRAINING_STUDENT, progress("Student", 3, 50, 1.0, 0.8), points(Stage.STUDENT, 1, 3)));
        view.end();
        assertThat(text.toString().replace("\n", "")).doesNotContainPattern("\\p{Cntrl}");
    }

    @Test
    void warningsAreShownOnce() {
        for (ProgressView view : List.of(new PlainProgress(out), new TerminalProgress(out, 80))) {
            text.getBuffer().setLength(0);
            TrainingRecipeStatus status =
                    Statuses.in(Phase.PENDING).warning("careful").build();
            view.show(status);
            view.show(status);
            view.end();
            assertThat(text.toString()).containsOnlyOnce("warning: careful");
        }
    }

    @Test
    void terminalRedrawsOneLine() {
        ProgressView view = new TerminalProgress(out, 200);
        view.note("starting");
        view.show(status(Phase.TRAINING_STUDENT, progress("Student", 4, 41, 0.654, 0.883), List.of()));
        assertThat(text.toString())
                .isEqualTo("\r\u001b[Kstarting\r\u001b[K████████░░░░░░░░░░░░  41%  Student 4/12  loss 0.654"
                        + "  top-1 88.3%  5,210 images/s  1m01s left");
        view.end();
        assertThat(text.toString()).endsWith("\r\u001b[K").doesNotContain("\n");
    }

    @Test
    void terminalLineIsNeverWiderThanTheTerminal() {
        ProgressView view = new TerminalProgress(out, 30);
        view.show(status(Phase.TRAINING_STUDENT, progress("Student", 4, 100, 0.654, 0.883), List.of()));
        assertThat(text.toString().replace("\r\u001b[K", "")).hasSize(29);
    }

    private static TrainingRecipeStatus status(
            Phase phase, TrainingRecipeStatus.Progress progress, List<CurvePoint> curve) {
        return Statuses.in(phase).progress(progress).learningCurve(curve).build();
    }

    private static TrainingRecipeStatus.Progress progress(
            String stage, int epoch, int percent, Double loss, Double top1) {
        return new TrainingRecipeStatus.Progress(
                stage, epoch, 12, 400, 1872, percent, "", loss, top1, 5210.4, 61, null);
    }

    private static List<CurvePoint> points(Stage stage, int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(epoch -> new CurvePoint(stage, epoch, 0.5, 0.875, 0.1))
                .toList();
    }
}
