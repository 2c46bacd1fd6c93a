package dev.distillery.cli;

import dev.distillery.report.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;

/** What a successful run ends with. */
final class ResultTable {
    private static final int LABEL = 14;
    private static final int COLUMN = 12;

    private ResultTable() {}

    static String render(Result result, RunOutcome outcome, Duration used, Ansi ansi) {
        List<String> lines = new ArrayList<>();
        lines.add(ansi.string("@|bold,green Ready|@"));
        lines.add(row("", "teacher", "student"));
        lines.add(row(
                "top-1",
                result.teacherTop1() == null ? "-" : Figures.percent(result.teacherTop1()),
                Figures.percent(result.top1())));
        lines.add(row(
                "parameters",
                result.teacherParameters() == null ? "-" : Figures.count(result.teacherParameters()),
                Figures.count(result.parameters())));
        lines.add(row("parity error", "", Figures.scientific(result.parityError())));
        lines.add(row("agreement", "", String.format(Locale.ROOT, "%.2f%%", result.agreement() * 100)));
        lines.add(row("latency p50", "", Figures.decimal(result.latencyMillisP50()) + " ms"));
        lines.add(row("ONNX bytes", "", Figures.count(result.onnxBytes())));
        if (result.int8() != null) {
            lines.add(row("INT8 top-1", "", Figures.percent(result.int8().top1())));
            lines.add(row("INT8 p50", "", Figures.decimal(result.int8().latencyMillisP50()) + " ms"));
            lines.add(row("INT8 bytes", "", Figures.count(result.int8().onnxBytes())));
            if (!result.int8().published()) {
                lines.add("INT8 lost more than spec.gate.maxQuantizationDrop and is not published");
            }
        }
        // An image is named as a cluster mounts it; everything else is a folder with the network in it.
        boolean image = outcome.modelDir().startsWith("oci:");
        lines.add(line("model", outcome.modelDir() + (image ? "" : "/model.onnx")));
        lines.add(line("sha256", outcome.sha256()));
        lines.add(line("time used", Figures.duration(used.toSeconds())));
        return String.join("\n", lines);
    }

    private static String row(String label, String teacher, String student) {
        return ("%-" + LABEL + "s%" + COLUMN + "s%" + COLUMN + "s").formatted(label, teacher, student);
    }

    private static String line(String label, String value) {
        return ("%-" + LABEL + "s  %s").formatted(label, value);
    }
}
