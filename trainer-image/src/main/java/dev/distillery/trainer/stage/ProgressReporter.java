package dev.distillery.trainer.stage;

import dev.distillery.report.CurvePoint;
import dev.distillery.report.LearningCurve;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.Stage;
import dev.distillery.trainer.loop.TrainingListener;
import dev.distillery.trainer.report.EtaClock;
import dev.distillery.trainer.report.ProgressPusher;
import java.util.ArrayList;
import java.util.List;

/** Turns what the loop says into reports, one per step; the pusher sends the latest. Keeps the whole learning curve. */
final class ProgressReporter implements TrainingListener {
    private static final double LOSS_FADE = 0.95;

    private final String runId;
    private final Stage stage;
    private final int epochs;
    private final long steps;
    private final EtaClock clock;
    private final ProgressPusher pusher;
    private final List<CurvePoint> curve = new ArrayList<>();
    private double fadedLoss;
    private long step;

    ProgressReporter(String runId, Stage stage, int epochs, long steps, int batchSize, ProgressPusher pusher) {
        this.runId = runId;
        this.stage = stage;
        this.epochs = epochs;
        this.steps = steps;
        this.pusher = pusher;
        this.clock = new EtaClock(System::nanoTime, steps * batchSize, 0);
    }

    @Override
    public void stepped(int epoch, long stepDone, double loss, int images) {
        fadedLoss = step == 0 ? loss : LOSS_FADE * fadedLoss + (1 - LOSS_FADE) * loss;
        step = stepDone;
        clock.advance(images);
        push(epoch);
    }

    @Override
    public void epochEnded(int epoch, double loss, double top1, double rate) {
        curve.add(new CurvePoint(stage, epoch, rounded(loss), rounded(top1), rounded(rate)));
        push(epoch);
    }

    private void push(int epoch) {
        Double top1 = curve.isEmpty() ? null : curve.get(curve.size() - 1).top1();
        pusher.update(new ProgressReport(
                runId,
                stage,
                epoch,
                epochs,
                step,
                steps,
                rounded(fadedLoss),
                top1,
                Math.rint(clock.imagesPerSecond()),
                clock.secondsLeft(),
                LearningCurve.thin(curve, LearningCurve.MAX_POINTS)));
    }

    List<CurvePoint> curve() {
        return List.copyOf(curve);
    }

    private static double rounded(double value) {
        return Math.rint(value * 1e5) / 1e5;
    }
}
