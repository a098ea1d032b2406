package dev.ila.view;

import dev.ila.rank.Chance;
import dev.ila.rank.Measure;
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

    /** From more rankings than these on, cells are smaller. */
    private static final int MANY = 6;

    private static final int WIDE = 90;
    private static final int NARROW = 44;
    private static final int LETTER = 8;
    private static final int LEAST = 480;

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
        Ranking any = rankings.values().iterator().next();
        int count = any.count(share);
        String title =
                String.format(
                        Locale.ROOT,
                        "Jaccard of the top %.0f %% (unrelated sets: %.2f)",
                        100.0 * count / any.size(),
                        Chance.jaccard(any.size(), count).mean());
        return likeness(title, rankings, Measure.jaccard(count, share));
    }

    /** Each ranking with each by a measure; from 0 to 1 cells have a colour. */
    static HeatMapChart likeness(String title, Map<String, Ranking> rankings, Measure measure) {
        Require.atLeast(2, rankings.size(), "number of rankings");
        List<String> names = new ArrayList<>(rankings.keySet());
        List<String> upwards = new ArrayList<>(names);
        Collections.reverse(upwards);
        List<Number[]> cells = new ArrayList<>();
        for (int x = 0; x < names.size(); x++) {
            for (int y = 0; y < names.size(); y++) {
                Ranking a = rankings.get(names.get(x));
                Ranking b = rankings.get(upwards.get(y));
                cells.add(new Number[] {x, y, measure.of(a, b)});
            }
        }
        int label = LETTER * names.stream().mapToInt(String::length).max().orElseThrow();
        boolean many = names.size() > MANY;
        // Names of few runs fit under their columns; those of many are turned.
        int column = many ? NARROW : Math.max(WIDE, label);
        int width = Math.max(80 + LETTER * title.length(), 130 + label + column * names.size());
        int height = many ? 110 + label + NARROW * names.size() : 110 + WIDE * names.size();
        HeatMapChart chart = chart(title, Math.max(LEAST, width), height);
        chart.getStyler().setXAxisLabelRotation(many ? 90 : 0);
        // Closer than a cell, or every other name is left out.
        chart.getStyler().setXAxisTickMarkSpacingHint(NARROW / 2);
        chart.getStyler().setYAxisTickMarkSpacingHint(NARROW / 2);
        HeatMapStyler styler = chart.getStyler();
        styler.setRangeColors(Palette.LIGHT).setMin(0).setMax(1);
        styler.setGradientColorColumnWeight(16).setGradientColorColumnHeight(170);
        int size = many ? 11 : 14;
        styler.setShowValue(true).setValueFont(Theme.font(Font.BOLD, size));
        styler.setHeatMapValueDecimalPattern("0.00").setValueFontColor(Palette.TEXT);
        chart.addSeries(measure.name(), names, upwards, cells);
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
