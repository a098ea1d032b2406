package dev.ila.view;

import dev.ila.model.LinearLayer;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.style.HeatMapStyler;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Layers × projections as coloured cells. */
final class HeatMaps {
    private static final int CELL_WIDTH = 26;
    private static final int CELL_HEIGHT = 34;
    private static final int SIDES = 210;
    private static final int TOP_AND_BOTTOM = 130;
    private static final int LEAST_WIDTH = 560;

    private HeatMaps() {}

    /** Share of the rankings in which a layer is among the most important, 0 to 1. */
    static HeatMapChart important(List<Ranking> rankings, String title, double share) {
        Ranking any = rankings.get(0);
        int count = any.count(share);
        List<Set<LinearLayer>> tops = rankings.stream().map(r -> r.top(count)).toList();
        HeatMapChart chart =
                draw(
                        any,
                        title,
                        s -> {
                            long in = tops.stream().filter(t -> t.contains(s.layer())).count();
                            return (double) in / tops.size();
                        });
        chart.getStyler().setMin(0).setMax(1);
        return chart;
    }

    static HeatMapChart draw(Ranking ranking, String title, ToDoubleFunction<LayerScore> value) {
        List<LinearLayer> layers = ranking.byIndex().stream().map(LayerScore::layer).toList();
        List<Integer> blocks = layers.stream().map(LinearLayer::block).distinct().toList();
        List<String> rows =
                new ArrayList<>(layers.stream().map(LinearLayer::projection).distinct().toList());
        // The vertical axis counts upwards; the first projection belongs on top.
        Collections.reverse(rows);
        List<Number[]> cells = new ArrayList<>();
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (LayerScore s : ranking.scores()) {
            double v = value.applyAsDouble(s);
            least = Math.min(least, v);
            most = Math.max(most, v);
            int column = blocks.indexOf(s.layer().block());
            cells.add(new Number[] {column, rows.indexOf(s.layer().projection()), v});
        }
        HeatMapChart chart =
                new HeatMapChartBuilder()
                        .width(Math.max(LEAST_WIDTH, SIDES + CELL_WIDTH * blocks.size()))
                        .height(TOP_AND_BOTTOM + CELL_HEIGHT * rows.size())
                        .title(title)
                        .xAxisTitle("block")
                        .yAxisTitle("")
                        .build();
        style(chart.getStyler(), least, most);
        // With fewer labels than columns they would stand between them.
        chart.getStyler().setXAxisMaxLabelCount(Math.max(2, blocks.size()));
        chart.addSeries("layers", blocks, rows, cells);
        return chart;
    }

    private static void style(HeatMapStyler styler, double least, double most) {
        styler.setRangeColors(Palette.SEQUENTIAL);
        // Equal bounds would divide by zero.
        double spread = most > least ? most - least : 1;
        styler.setMin(bound(least, spread, RoundingMode.FLOOR));
        styler.setMax(bound(least + spread, spread, RoundingMode.CEILING));
        cells(styler);
        styler.setGradientColorColumnWeight(16).setGradientColorColumnHeight(170);
        styler.setLegendPosition(LegendPosition.OutsideE);
    }

    /** Cells that fill the plot, without lines between. */
    static void cells(HeatMapStyler styler) {
        Theme.style(styler);
        styler.setDrawBorder(false);
        styler.setPlotContentSize(1);
        styler.setPlotGridLinesVisible(false);
        styler.setAxisTicksMarksVisible(false).setAxisTicksLineVisible(false);
    }

    // The legend shows its ends with all their digits: two digits of the spread are enough.
    private static double bound(double value, double spread, RoundingMode mode) {
        int digits = 1 - (int) Math.floor(Math.log10(spread));
        return new BigDecimal(value).setScale(digits, mode).doubleValue();
    }
}
