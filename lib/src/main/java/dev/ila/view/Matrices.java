package dev.ila.view;

import dev.ila.rank.Overlap;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import java.awt.Font;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.style.HeatMapStyler;

/** Weight matrices, and each with each of several rankings. */
final class Matrices {
    /** More rows or columns than these are averaged down to them. */
    private static final int CELLS = 64;

    private static final int SIDE = 330;

    private Matrices() {}

    static HeatMapChart weights(String title, double[][] matrix, double bound) {
        Require.positive(bound, "bound of the colours");
        int rows = Math.min(CELLS, matrix.length);
        int columns = Math.min(CELLS, matrix[0].length);
        List<Number[]> cells = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                double v = mean(matrix, row, rows, column, columns);
                // The first row belongs on top.
                double shown = Math.max(-bound, Math.min(bound, v));
                cells.add(new Number[] {column, rows - 1 - row, shown});
            }
        }
        HeatMapChart chart = chart(title, SIDE, SIDE);
        HeatMapStyler styler = chart.getStyler();
        styler.setRangeColors(Palette.DIVERGING).setMin(-bound).setMax(bound);
        styler.setLegendVisible(false);
        styler.setAxisTicksVisible(false);
        chart.setXAxisTitle(matrix[0].length + " inputs");
        chart.setYAxisTitle(matrix.length + " outputs");
        chart.addSeries("weights", places(columns), places(rows), cells);
        return chart;
    }

    private static double mean(double[][] m, int row, int rows, int column, int columns) {
        int top = row * m.length / rows;
        int bottom = (row + 1) * m.length / rows;
        int left = column * m[0].length / columns;
        int right = (column + 1) * m[0].length / columns;
        double sum = 0;
        for (int r = top; r < bottom; r++) {
            for (int c = left; c < right; c++) {
                sum += m[r][c];
            }
        }
        return sum / ((bottom - top) * (right - left));
    }

    static HeatMapChart jaccard(Map<String, Ranking> rankings, double share) {
        Require.atLeast(2, rankings.size(), "number of rankings");
        List<String> names = new ArrayList<>(rankings.keySet());
        List<String> upwards = new ArrayList<>(names);
        Collections.reverse(upwards);
        List<Number[]> cells = new ArrayList<>();
        for (int x = 0; x < names.size(); x++) {
            for (int y = 0; y < names.size(); y++) {
                Ranking a = rankings.get(names.get(x));
                Ranking b = rankings.get(upwards.get(y));
                cells.add(new Number[] {x, y, Overlap.of(a, b, share).jaccard()});
            }
        }
        Ranking any = rankings.get(names.get(0));
        Overlap whole = Overlap.of(any, any, share);
        String title =
                String.format(
                        Locale.ROOT,
                        "Jaccard of the top %.0f %% (unrelated sets: %.2f)",
                        100 * whole.share(),
                        whole.chance());
        int side = 90 * names.size();
        HeatMapChart chart = chart(title, Math.max(480, 190 + side), 110 + side);
        HeatMapStyler styler = chart.getStyler();
        styler.setRangeColors(Palette.LIGHT).setMin(0).setMax(1);
        styler.setGradientColorColumnWeight(16).setGradientColorColumnHeight(170);
        styler.setShowValue(true).setValueFont(Theme.font(Font.BOLD, 14));
        styler.setHeatMapValueDecimalPattern("0.00").setValueFontColor(Palette.TEXT);
        chart.addSeries("jaccard", names, upwards, cells);
        return chart;
    }

    private static HeatMapChart chart(String title, int width, int height) {
        HeatMapChart chart =
                new HeatMapChartBuilder()
                        .width(width)
                        .height(height)
                        .title(title)
                        .xAxisTitle("")
                        .yAxisTitle("")
                        .build();
        HeatMaps.cells(chart.getStyler());
        return chart;
    }

    private static List<Integer> places(int n) {
        return IntStream.range(0, n).boxed().toList();
    }
}
