package dev.distillery.trainer.publish;

import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.Stage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Training loss (left) and validation top-1 (right) by epoch, teacher and student. Needs no display. */
final class LearningCurveChart {
    private static final int PANEL_WIDTH = 560;
    private static final int HEIGHT = 400;

    /** Letters are outlines, and a hundredth of a pixel is enough for them: this halves the file. */
    private static final Pattern LONG_FRACTION = Pattern.compile("(\\d\\.\\d{2})\\d+");

    private final List<XYChart> panels;

    LearningCurveChart(List<CurvePoint> curve) {
        this.panels = List.of(
                panel("Training loss", Styler.LegendPosition.InsideNE, curve, CurvePoint::loss),
                panel("Validation top-1", Styler.LegendPosition.InsideSE, curve, CurvePoint::top1));
    }

    byte[] png() throws IOException {
        BufferedImage image = new BufferedImage(PANEL_WIDTH * panels.size(), HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        paint(graphics);
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    byte[] svg() throws IOException {
        VectorGraphics2D graphics = new VectorGraphics2D();
        paint(graphics);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PageSize page = new PageSize(0.0, 0.0, (double) PANEL_WIDTH * panels.size(), HEIGHT);
        Processors.get("svg").getDocument(graphics.getCommands(), page).writeTo(bytes);
        String rounded =
                LONG_FRACTION.matcher(bytes.toString(StandardCharsets.UTF_8)).replaceAll("$1");
        return rounded.getBytes(StandardCharsets.UTF_8);
    }

    private void paint(Graphics2D graphics) {
        for (XYChart panel : panels) {
            panel.paint(graphics, PANEL_WIDTH, HEIGHT);
            graphics.translate(PANEL_WIDTH, 0);
        }
    }

    private static XYChart panel(
            String title, Styler.LegendPosition legend, List<CurvePoint> curve, ToDoubleFunction<CurvePoint> value) {
        XYChart chart = new XYChartBuilder()
                .width(PANEL_WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle("epoch")
                .build();
        chart.getStyler().setLegendPosition(legend);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        for (Stage stage : Stage.values()) {
            List<CurvePoint> points = curve.stream()
                    .filter(point -> point.stage() == stage && Double.isFinite(value.applyAsDouble(point)))
                    .toList();
            if (!points.isEmpty()) {
                chart.addSeries(
                                stage.toString(),
                                points.stream().mapToDouble(CurvePoint::epoch).toArray(),
                                points.stream().mapToDouble(value).toArray())
                        .setMarker(points.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
            }
        }
        return chart;
    }
}
