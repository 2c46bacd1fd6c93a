package dev.distillery.cli;

import dev.distillery.report.CurvePoint;
import dev.distillery.report.Stage;
import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** For pipes and logs: one line for each new phase, finished epoch and warning. */
final class PlainProgress implements ProgressView {
    private final PrintWriter out;
    private final Map<Stage, Integer> lastEpoch = new EnumMap<>(Stage.class);
    private final Set<String> warned = new HashSet<>();
    private String phase;

    PlainProgress(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void note(String text) {
        out.println(text);
    }

    @Override
    public void show(TrainingRecipeStatus status) {
        if (status.warnings() != null) {
            status.warnings().stream().filter(warned::add).forEach(warning -> out.println("warning: " + warning));
        }
        List<CurvePoint> curve = status.learningCurve() == null ? List.of() : status.learningCurve();
        for (CurvePoint point : curve) {
            // A thinned curve may bring older epochs later; lines go forward only.
            if (point.epoch() > lastEpoch.getOrDefault(point.stage(), 0)) {
                lastEpoch.put(point.stage(), point.epoch());
                out.println(epochLine(point, status.progress()));
            }
        }
        String now = phase(status);
        if (now != null && !now.equals(phase)) {
            phase = now;
            out.println("phase: " + phase);
        }
    }

    @Override
    public void end() {
        out.flush();
    }

    /** Who waits is told what for: a volume, an image, room on a node. */
    private static String phase(TrainingRecipeStatus status) {
        return status.phase() == Phase.PENDING && status.message() != null
                ? status.phase() + " (" + status.message() + ")"
                : status.phase() == null ? null : status.phase().toString();
    }

    private static String epochLine(CurvePoint point, TrainingRecipeStatus.Progress progress) {
        boolean current = progress != null && point.stage().toString().equals(progress.stage());
        StringBuilder line = new StringBuilder(point.stage().toString().toLowerCase(Locale.ROOT))
                .append(" epoch ")
                .append(point.epoch())
                .append(current ? "/" + progress.epochs() : "")
                .append(": loss ")
                .append(Figures.decimal(point.loss()))
                .append(", top-1 ")
                .append(Figures.percent(point.top1()));
        if (current && progress.imagesPerSecond() > 0) {
            line.append(", ")
                    .append(Figures.count(Math.round(progress.imagesPerSecond())))
                    .append(" images/s");
        }
        if (current && progress.estimatedSecondsLeft() > 0) {
            line.append(", ")
                    .append(Figures.duration(progress.estimatedSecondsLeft()))
                    .append(" left");
        }
        return line.toString();
    }
}
