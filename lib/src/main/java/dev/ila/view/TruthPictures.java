package dev.ila.view;

import dev.ila.rank.LayerScore;
import dev.ila.truth.Curves;
import dev.ila.truth.Effects;
import dev.ila.truth.Findings;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** What ground truth says of rankings, drawn. */
final class TruthPictures {
    /** Below it, time is drawn as this: no logarithm would show it. */
    private static final double LEAST_SECONDS = 0.01;

    /** The first rankings have the first of these, as many as there are colours. */
    private static final BasicStroke[] STROKES = {Theme.THICK, Theme.DASHED, Theme.THIN};

    private static final Marker[] MARKERS = {
        SeriesMarkers.CIRCLE, SeriesMarkers.DIAMOND, SeriesMarkers.TRIANGLE_UP
    };

    private TruthPictures() {}

    private static Color color(int place) {
        return Palette.KINDS[place % Palette.KINDS.length];
    }

    /** How often all colours were taken before. */
    private static int round(int place, int most) {
        return place / Palette.KINDS.length % most;
    }

    /** By name. */
    static Map<String, IChart> of(Findings found) {
        Map<String, IChart> all = new LinkedHashMap<>();
        all.put(
                "without",
                HeatMaps.draw(
                        found.effects().get(0).ranking(),
                        "Rise of the loss without a layer's change (nats a token)",
                        LayerScore::score));
        all.put(
                "only",
                HeatMaps.draw(
                        found.effects().get(1).ranking(),
                        "Fall of θ₀'s loss by a layer's change alone (nats a token)",
                        LayerScore::score));
        all.put("keep", curves(found, "With the first layers' changes alone", Curves.Point::keep));
        all.put("drop", curves(found, "Without the first layers' changes", Curves.Point::drop));
        all.put("cost", cost(found));
        return all;
    }

    private static XYChart curves(
            Findings found, String title, ToDoubleFunction<Curves.Point> value) {
        XYChart chart = Lines.chart(title, "share of layers", "loss (nats a token)");
        int number = 1;
        for (Curves random : found.random()) {
            XYSeries series = add(chart, "random " + number, random, value);
            Lines.line(series, Palette.FAINT, Theme.THIN);
            series.setShowInLegend(number++ == 1);
            series.setLabel("orders by chance");
        }
        int next = 0;
        for (Findings.Held h : found.held()) {
            XYSeries series = add(chart, h.of().name(), h.curves(), value);
            Lines.line(series, color(next), STROKES[round(next++, STROKES.length)]);
        }
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        chart.getStyler().setLegendLayout(LegendLayout.Vertical);
        return chart;
    }

    private static XYSeries add(
            XYChart chart, String name, Curves curves, ToDoubleFunction<Curves.Point> value) {
        List<Curves.Point> points = curves.points();
        return chart.addSeries(
                name,
                points.stream().mapToDouble(Curves.Point::share).toArray(),
                points.stream().mapToDouble(value).toArray());
    }

    /** Seconds against ρ with the worth of a layer left out, and its interval. */
    private static XYChart cost(Findings found) {
        XYChart chart =
                Lines.chart(
                        "What a ranking takes, and how true it is",
                        "seconds, beside the fine-tuning",
                        "Spearman's ρ with the rise of the loss without each layer");
        int next = 0;
        for (Findings.Held h : found.held()) {
            Effects.Estimate rho = h.without();
            Color color = color(next);
            double seconds = Math.max(LEAST_SECONDS, h.of().seconds());
            XYSeries series =
                    chart.addSeries(
                            h.of().name(), new double[] {seconds}, new double[] {rho.value()});
            series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
            series.setMarker(MARKERS[round(next++, MARKERS.length)]);
            series.setMarkerColor(color).setLineColor(color);
            XYSeries ends =
                    chart.addSeries(
                            h.of().name() + ", 95 %",
                            new double[] {seconds, seconds},
                            new double[] {rho.low(), rho.high()});
            Lines.line(ends, color, Theme.THIN);
            ends.setShowInLegend(false);
        }
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        chart.getStyler().setLegendLayout(LegendLayout.Vertical);
        return chart;
    }
}
