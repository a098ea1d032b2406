package dev.ila.view;

import dev.ila.model.LinearLayer;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import dev.ila.search.MaskCourse;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A line or a point for each layer, coloured by its kind of projection. */
final class LayerLines {
    private static final BasicStroke LINE = new BasicStroke(1.2f);

    private static final int MOST_POINTS = 32;

    private LayerLines() {}

    static XYChart course(MaskCourse course) {
        XYChart chart = Lines.chart("Stage 2: the mask, a line for each layer", "step", "logit s");
        Map<String, Color> colours = colours(course.layers());
        int[] steps = steps(course.steps());
        double[] x = Arrays.stream(steps).asDoubleStream().toArray();
        Set<String> named = new HashSet<>();
        for (LinearLayer layer : course.layers()) {
            double[] y =
                    Arrays.stream(steps).mapToDouble(step -> course.logit(step, layer)).toArray();
            boolean first = named.add(layer.projection());
            XYSeries line = chart.addSeries(first ? layer.projection() : layer.name(), x, y);
            Lines.line(line, colours.get(layer.projection()), LINE);
            line.setShowInLegend(first);
        }
        return chart;
    }

    /** All steps, or of many so few that a line for each layer stays a light picture. */
    private static int[] steps(int last) {
        int points = Math.min(last, MOST_POINTS);
        return IntStream.rangeClosed(0, points)
                .map(i -> (int) Math.round((double) i * last / Math.max(1, points)))
                .toArray();
    }

    static XYChart spread(List<Ranking> rankings) {
        Require.atLeast(2, rankings.size(), "number of rankings");
        Map<LinearLayer, List<Double>> places = new LinkedHashMap<>();
        double below = Math.max(1, rankings.get(0).size() - 1);
        for (Ranking r : rankings) {
            for (LayerScore s : r.byIndex()) {
                places.computeIfAbsent(s.layer(), l -> new ArrayList<>())
                        .add((r.size() - s.rank()) / below);
            }
        }
        places.forEach(
                (layer, p) ->
                        Require.that(
                                p.size() == rankings.size(),
                                p.size(),
                                "number of rankings with " + layer.name(),
                                "all " + rankings.size()));
        List<LinearLayer> order = new ArrayList<>(places.keySet());
        order.sort(Comparator.comparingDouble(l -> -mean(places.get(l))));
        XYChart chart =
                Lines.chart(
                        "Rank over " + rankings.size() + " runs: mean and standard deviation",
                        "layers in the order of their mean rank",
                        "share of layers ranked below");
        colours(List.copyOf(places.keySet()))
                .forEach((kind, colour) -> points(chart, kind, colour, order, places));
        chart.getStyler().setErrorBarsColorSeriesColor(true);
        chart.getStyler().setMarkerSize(7);
        return chart;
    }

    private static void points(
            XYChart chart,
            String kind,
            Color colour,
            List<LinearLayer> order,
            Map<LinearLayer, List<Double>> places) {
        List<LinearLayer> own = order.stream().filter(l -> l.projection().equals(kind)).toList();
        XYSeries series =
                chart.addSeries(
                        kind,
                        own.stream().mapToDouble(l -> order.indexOf(l) + 1).toArray(),
                        own.stream().mapToDouble(l -> mean(places.get(l))).toArray(),
                        own.stream().mapToDouble(l -> deviation(places.get(l))).toArray());
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        series.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(colour).setLineColor(colour);
    }

    private static Map<String, Color> colours(List<LinearLayer> layers) {
        Map<String, Color> colours = new LinkedHashMap<>();
        for (LinearLayer l : layers) {
            colours.computeIfAbsent(
                    l.projection(), k -> Palette.KINDS[colours.size() % Palette.KINDS.length]);
        }
        return colours;
    }

    private static double mean(List<Double> x) {
        return x.stream().mapToDouble(v -> v).average().orElseThrow();
    }

    private static double deviation(List<Double> x) {
        double mean = mean(x);
        double squares = x.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        return Math.sqrt(squares / (x.size() - 1));
    }
}
