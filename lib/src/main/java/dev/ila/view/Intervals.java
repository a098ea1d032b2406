package dev.ila.view;

import dev.ila.eval.Paired;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Differences as points with their intervals, one below the other. */
final class Intervals {
    private static final int ROW = 30;
    private static final int FRAME = 140;

    private Intervals() {}

    static XYChart chart(Map<String, Paired> differences) {
        List<String> names = new ArrayList<>(differences.keySet());
        Collections.reverse(names);
        XYChart chart =
                new XYChartBuilder()
                        .width(900)
                        .height(FRAME + ROW * (names.size() + 1))
                        .title("Held-out loss: difference from all layers, with 95 % intervals")
                        .xAxisTitle("nats a token (left of 0: better than all layers)")
                        .yAxisTitle("")
                        .build();
        Theme.plot(chart.getStyler());
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setYAxisMin(-1.0).setYAxisMax((double) names.size());
        chart.getStyler().setYAxisTickMarkSpacingHint(ROW - 5);
        chart.getStyler()
                .setYAxisTickLabelsFormattingFunction(
                        y -> {
                            int row = (int) Math.round(y);
                            boolean whole = Math.abs(row - y) < 1e-6;
                            boolean there = whole && row >= 0 && row < names.size();
                            // Labels that are equal would make XChart leave ticks out.
                            return there ? names.get(row) : " ".repeat((int) Math.round(2 * y + 4));
                        });
        double[] zero = {0, 0};
        XYSeries none = chart.addSeries("none", zero, new double[] {-1, names.size()});
        none.setLineColor(Palette.LINES[3]).setLineStyle(Theme.DASHED);
        none.setMarker(SeriesMarkers.NONE);
        for (int row = 0; row < names.size(); row++) {
            Paired p = differences.get(names.get(row));
            boolean ours = names.get(row).startsWith("ila");
            XYSeries line =
                    chart.addSeries(
                            names.get(row),
                            new double[] {p.low(), p.mean(), p.high()},
                            new double[] {row, row, row});
            line.setLineColor(Palette.LINES[ours ? 1 : 0]).setLineStyle(Theme.THICK);
            line.setMarker(SeriesMarkers.NONE);
            XYSeries point =
                    chart.addSeries(
                            names.get(row) + " mean", new double[] {p.mean()}, new double[] {row});
            point.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(Palette.LINES[ours ? 1 : 0]);
        }
        return chart;
    }
}
