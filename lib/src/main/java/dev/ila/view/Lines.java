package dev.ila.view;

import dev.ila.rank.Chance;
import dev.ila.rank.Contrast;
import dev.ila.rank.Overlap;
import dev.ila.rank.OverlapCurve;
import dev.ila.rank.OverlapCurve.Point;
import dev.ila.run.Require;
import dev.ila.train.History.Step;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Curves: losses by step, overlap by cut-off. */
final class Lines {
    private static final int SMOOTHED_PART = 20;

    private Lines() {}

    static XYChart losses(List<Step> steps, String title, OptionalInt stable) {
        Require.atLeast(1, steps.size(), "number of steps to draw");
        XYChart chart = chart(title, "step", "loss (nats a token)");
        double[] x = steps.stream().mapToDouble(Step::step).toArray();
        double[] losses = steps.stream().mapToDouble(Step::loss).toArray();
        int window = Math.max(1, steps.size() / SMOOTHED_PART);
        if (window > 1) {
            line(chart.addSeries("training, each step", x, losses), Palette.FAINT, Theme.THIN);
        }
        String name = window > 1 ? "training, mean of " + window + " steps" : "training";
        // A mean belongs to the middle of its steps, or the curve would lag behind.
        XYSeries mean = chart.addSeries(name, smooth(x, window), smooth(losses, window));
        line(mean, Palette.LINES[0], Theme.THICK);
        List<Step> measured = steps.stream().filter(s -> s.heldOut().isPresent()).toList();
        if (!measured.isEmpty()) {
            XYSeries heldOut =
                    chart.addSeries(
                            "held out",
                            measured.stream().mapToDouble(Step::step).toArray(),
                            measured.stream()
                                    .mapToDouble(s -> s.heldOut().orElseThrow())
                                    .toArray());
            line(heldOut, Palette.LINES[1], Theme.THICK);
            heldOut.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(Palette.LINES[1]);
        }
        stable.ifPresent(step -> chart.addAnnotation(new AnnotationLine(step, true, false)));
        stable.ifPresent(step -> chart.setTitle(title + " (stable from step " + step + ")"));
        return chart;
    }

    /** Mean of the last {@code window} values at each place. */
    static double[] smooth(double[] values, int window) {
        double[] smooth = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int from = Math.max(0, i + 1 - window);
            smooth[i] = Arrays.stream(values, from, i + 1).average().orElseThrow();
        }
        return smooth;
    }

    static XYChart overlap(Map<String, List<Overlap>> curves) {
        Require.atLeast(1, curves.size(), "number of curves");
        XYChart chart = chart("Overlap of important layers", "share of layers", "Jaccard");
        int next = 0;
        for (Map.Entry<String, List<Overlap>> curve : curves.entrySet()) {
            double[] x = curve.getValue().stream().mapToDouble(Overlap::share).toArray();
            double[] y = curve.getValue().stream().mapToDouble(Overlap::jaccard).toArray();
            Color color = Palette.LINES[next++ % Palette.LINES.length];
            line(chart.addSeries(curve.getKey(), x, y), color, Theme.THICK);
        }
        unrelated(chart);
        chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
        chart.getStyler().setXAxisMin(0.0).setXAxisMax(1.0);
        return chart;
    }

    private static void unrelated(XYChart chart) {
        // Far apart, since each piece of a line begins its dashes anew.
        double[] shares = IntStream.rangeClosed(0, 40).mapToDouble(i -> i / 40.0).toArray();
        double[] chance = Arrays.stream(shares).map(Overlap::chance).toArray();
        line(chart.addSeries("unrelated sets", shares, chance), Palette.LINES[3], Theme.DASHED);
    }

    /**
     * Mean overlap of each contrast; chance within projections of the last, uniform of one pair.
     */
    static XYChart curves(List<OverlapCurve> curves) {
        Require.atLeast(1, curves.size(), "number of curves");
        XYChart chart = chart("Overlap of important layers", "share of layers", "Jaccard");
        double[] x = xs(curves.get(0));
        List<Point> points = curves.get(curves.size() - 1).points();
        // Bands first, so that lines are drawn over them.
        band(chart, "unrelated pair, 95 %", x, points, Point::uniform, Palette.FAINT);
        band(
                chart,
                "shuffled within projections, 95 %",
                x,
                points,
                Point::withinProjections,
                Palette.LINES[4]);
        int next = 0;
        for (OverlapCurve curve : curves) {
            double[] y = curve.points().stream().mapToDouble(Point::jaccard).toArray();
            String name = curve.differs().equals(Contrast.SEED) ? "seed alone" : curve.differs();
            Color color = Palette.LINES[next++ % 3];
            line(chart.addSeries("differs: " + name, x, y), color, Theme.THICK);
        }
        unrelated(chart);
        // Beside the curves, which lie to the right: below them names of many contrasts are cut.
        chart.getStyler().setLegendPosition(LegendPosition.InsideNW);
        chart.getStyler().setLegendLayout(LegendLayout.Vertical);
        chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
        chart.getStyler().setXAxisMin(0.0).setXAxisMax(1.0);
        return chart;
    }

    private static double[] xs(OverlapCurve curve) {
        return curve.points().stream().mapToDouble(Point::share).toArray();
    }

    /** From low to high and back, filled. */
    private static void band(
            XYChart chart,
            String name,
            double[] x,
            List<Point> points,
            Function<Point, Chance> chance,
            Color color) {
        int n = x.length;
        double[] around = new double[2 * n];
        double[] bounds = new double[2 * n];
        for (int i = 0; i < n; i++) {
            Chance c = chance.apply(points.get(i));
            around[i] = x[i];
            bounds[i] = c.low();
            around[2 * n - 1 - i] = x[i];
            bounds[2 * n - 1 - i] = c.high();
        }
        XYSeries series = chart.addSeries(name, around, bounds);
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
        series.setFillColor(new Color(color.getRed(), color.getGreen(), color.getBlue(), 110));
        line(series, color, Theme.THIN);
    }

    static void line(XYSeries series, Color color, BasicStroke stroke) {
        series.setLineColor(color).setLineStyle(stroke);
        series.setMarker(SeriesMarkers.NONE);
    }

    static XYChart chart(String title, String x, String y) {
        XYChart chart =
                new XYChartBuilder()
                        .width(800)
                        .height(450)
                        .title(title)
                        .xAxisTitle(x)
                        .yAxisTitle(y)
                        .build();
        XYStyler styler = chart.getStyler();
        Theme.plot(styler);
        styler.setAnnotationLineColor(Palette.LINES[3]).setAnnotationLineStroke(Theme.DASHED);
        styler.setXAxisTickMarkSpacingHint(60);
        styler.setMarkerSize(6);
        return chart;
    }
}
