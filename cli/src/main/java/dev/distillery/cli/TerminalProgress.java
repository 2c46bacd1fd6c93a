package dev.distillery.cli;

import dev.distillery.status.Phase;
import dev.distillery.status.TrainingRecipeStatus;
import dev.distillery.status.TrainingRecipeStatus.Progress;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Set;

/** For a terminal: one line that is drawn over and over, never wider than the terminal. */
final class TerminalProgress implements ProgressView {
    private static final String CLEAR_LINE = "\r\u001b[K";
    private static final int BAR_CELLS = 20;

    private final PrintWriter out;
    private final int columns;
    private final Set<String> warned = new HashSet<>();

    TerminalProgress(PrintWriter out, int columns) {
        this.out = out;
        this.columns = columns;
    }

    @Override
    public void note(String text) {
        draw(text);
    }

    @Override
    public void show(TrainingRecipeStatus status) {
        if (status.warnings() != null) {
            status.warnings().stream().filter(warned::add).forEach(warning -> {
                out.print(CLEAR_LINE);
                out.println("warning: " + warning);
            });
        }
        String phase = status.phase() == null ? "" : status.phase().toString();
        if (status.phase() == Phase.PENDING && status.message() != null) {
            draw(phase + ": " + status.message());
        } else {
            draw(status.progress() == null ? phase : line(status.progress()));
        }
    }

    @Override
    public void end() {
        out.print(CLEAR_LINE);
        out.flush();
    }

    private void draw(String text) {
        out.print(CLEAR_LINE);
        out.print(text.length() < columns ? text : text.substring(0, columns - 1));
        out.flush();
    }

    private static String line(Progress progress) {
        StringBuilder line = new StringBuilder()
                .append(bar(progress.percent()))
                .append(" %3d%%  %s %d/%d"
                        .formatted(progress.percent(), progress.stage(), progress.epoch(), progress.epochs()));
        if (progress.loss() != null) {
            line.append("  loss ").append(Figures.decimal(progress.loss()));
        }
        if (progress.top1() != null) {
            line.append("  top-1 ").append(Figures.percent(progress.top1()));
        }
        if (progress.imagesPerSecond() > 0) {
            line.append("  ")
                    .append(Figures.count(Math.round(progress.imagesPerSecond())))
                    .append(" images/s");
        }
        if (progress.estimatedSecondsLeft() > 0) {
            line.append("  ")
                    .append(Figures.duration(progress.estimatedSecondsLeft()))
                    .append(" left");
        }
        return line.toString();
    }

    private static String bar(int percent) {
        int full = Math.min(BAR_CELLS, Math.max(0, percent * BAR_CELLS / 100));
        return "█".repeat(full) + "░".repeat(BAR_CELLS - full);
    }
}
