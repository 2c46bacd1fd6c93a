package dev.distillery.trainer.stage;

import dev.distillery.report.CurvePoint;
import dev.distillery.report.LearningCurve;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.Stage;
import dev.distillery.trainer.checkpoint.TrainingState;
import dev.distillery.trainer.loop.TrainingListener;
import dev.distillery.trainer.metrics.EpochResult;
import dev.distillery.trainer.report.EtaClock;
import dev.distillery.trainer.report.ProgressPusher;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what the loop says into reports, one per step; the pusher sends the latest. Keeps the whole learning curve. */
final class ProgressReporter implements TrainingListener {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressReporter.class);
    private static final double LOSS_FADE = 0.95;
    private static final MathContext RATE_DIGITS = new MathContext(4);

    private final String runId;
    private final Stage stage;
    private final int epochs;
    private final long steps;
    private final int batchSize;
    private final ProgressPusher pusher;
    private final CheckpointMarks marks;
    private final List<CurvePoint> curve = new ArrayList<>();
    private EtaClock clock;
    private double fadedLoss;
    private long step;
    private int epoch;

    ProgressReporter(
            String runId,
            Stage stage,
            int epochs,
            long steps,
            int batchSize,
            ProgressPusher pusher,
            CheckpointMarks marks) {
        this.runId = runId;
        this.stage = stage;
        this.epochs = epochs;
        this.steps = steps;
        this.pusher = pusher;
        this.batchSize = batchSize;
        this.marks = marks;
    }

    @Override
    public void started(TrainingState state) {
        curve.clear();
        state.results().forEach(this::keep);
        step = state.epochs() * (steps / epochs) + state.batches();
        epoch = state.epochs();
        marks.started(step);
        fadedLoss = 0;
        clock = new EtaClock(System::nanoTime, steps * batchSize, step * batchSize);
        if (step > 0) {
            LOG.info("{}: continuing from the checkpoint at step {} of {}", stage, step, steps);
        }
    }

    @Override
    public void stepped(int epochUnderWay, long stepDone, double loss, int images) {
        // A step that FP16's loss scaling skips may have none.
        if (Double.isFinite(loss)) {
            fadedLoss = fadedLoss == 0 ? loss : LOSS_FADE * fadedLoss + (1 - LOSS_FADE) * loss;
        }
        step = stepDone;
        epoch = epochUnderWay;
        clock.advance(images);
        push();
    }

    @Override
    public void epochEnded(EpochResult result) {
        keep(result);
        push();
    }

    /** Pushed at once: the last words of a process that is being stopped. */
    @Override
    public void saved(long stepSaved) {
        marks.saved(stepSaved);
        push();
    }

    private void keep(EpochResult r) {
        curve.add(new CurvePoint(stage, r.epoch(), rounded(r.loss()), rounded(r.top1()), roundedRate(r.rate())));
    }

    private void push() {
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
                LearningCurve.thin(curve, LearningCurve.MAX_POINTS),
                marks.report()));
    }

    List<CurvePoint> curve() {
        return List.copyOf(curve);
    }

    private static double rounded(double value) {
        return Math.rint(value * 1e5) / 1e5;
    }

    /** To digits, not decimals: it may be as small as it likes. */
    private static double roundedRate(double rate) {
        return new BigDecimal(rate).round(RATE_DIGITS).doubleValue();
    }
}
