package dev.ila.view;

import dev.ila.model.LinearLayer;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;

/** Counts and losses side by side. */
final class Bars {
    private Bars() {}

    static CategoryChart tuned(Ranking ranking, int count) {
        Set<LinearLayer> top = ranking.top(count);
        List<LinearLayer> layers = ranking.byIndex().stream().map(LayerScore::layer).toList();
        List<String> kinds = layers.stream().map(LinearLayer::projection).distinct().toList();
        List<Integer> tuned = new ArrayList<>();
        List<Integer> frozen = new ArrayList<>();
        for (String kind : kinds) {
            List<LinearLayer> own =
                    layers.stream().filter(l -> l.projection().equals(kind)).toList();
            int n = (int) own.stream().filter(top::contains).count();
            tuned.add(n);
            frozen.add(own.size() - n);
        }
        CategoryChart chart =
                chart(
                        "%d layers tuned, %d frozen".formatted(count, layers.size() - count),
                        "layers");
        chart.getStyler().setStacked(true);
        colour(chart.addSeries("tuned", kinds, tuned), Palette.LINES[0]);
        colour(chart.addSeries("frozen", kinds, frozen), Palette.FAINT);
        return chart;
    }

    static CategoryChart values(String title, String unit, Map<String, Double> values) {
        Require.atLeast(1, values.size(), "number of bars");
        CategoryChart chart = chart(title, unit);
        List<String> names = List.copyOf(values.keySet());
        List<Double> heights = names.stream().map(values::get).toList();
        colour(chart.addSeries(unit, names, heights), Palette.LINES[0]);
        chart.getStyler().setLegendVisible(false);
        return chart;
    }

    private static void colour(CategorySeries series, Color colour) {
        series.setFillColor(colour);
    }

    private static CategoryChart chart(String title, String y) {
        CategoryChart chart =
                new CategoryChartBuilder()
                        .width(800)
                        .height(400)
                        .title(title)
                        .xAxisTitle("")
                        .yAxisTitle(y)
                        .build();
        Theme.plot(chart.getStyler());
        chart.getStyler().setAvailableSpaceFill(0.6);
        return chart;
    }
}
