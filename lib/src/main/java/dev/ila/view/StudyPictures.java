package dev.ila.view;

import dev.ila.rank.Contrast;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The paper's figures (§4.2) of a study's runs. */
public final class StudyPictures {
    private StudyPictures() {}

    /**
     * Which layers are important: a row for each projection, a column for each block. The paper has
     * one run; of several it is the share of them in which a layer is among the most important.
     *
     * @param name of the data set
     * @param rankings of its runs, of the same layers; one or more
     * @param share of all layers that counts as important; the paper's is 0.75
     */
    public static HeatMapChart important(String name, List<Ranking> rankings, double share) {
        Require.atLeast(1, rankings.size(), "number of rankings");
        String title =
                String.format(
                        Locale.ROOT,
                        rankings.size() == 1
                                ? "%s: layers among the top %.0f %%"
                                : "%s: share of %3$d runs with a layer in the top %2$.0f %%",
                        name,
                        100 * share,
                        rankings.size());
        return HeatMaps.important(rankings, title, share);
    }

    /**
     * From when on the ranking is the end's: a measure at each milestone, beside the end of the
     * same run and of other seeds, with unrelated layers and two ends of other seeds for
     * comparison.
     *
     * @param name of the data set
     * @param milestones contrasts by the milestone's name, in order; one or more
     * @param ends contrasts of the ends, which have the seed's
     * @param measure name of one that all have
     */
    public static CategoryChart milestones(
            String name,
            Map<String, List<Contrast>> milestones,
            List<Contrast> ends,
            String measure) {
        CategoryChart chart =
                new CategoryChartBuilder()
                        .width(800)
                        .height(400)
                        .title(name + ": milestones of stage 1 beside its end")
                        .xAxisTitle("")
                        .yAxisTitle(measure)
                        .build();
        Theme.plot(chart.getStyler());
        chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
        Map<String, Contrast> same = new LinkedHashMap<>();
        Map<String, Contrast> other = new LinkedHashMap<>();
        milestones.forEach(
                (milestone, all) ->
                        all.stream()
                                .filter(c -> c.measure().equals(measure))
                                .forEach(
                                        c -> {
                                            boolean own = c.differs().endsWith(Contrast.SAME_SEED);
                                            (own ? same : other).put(milestone, c);
                                        }));
        Map<String, Contrast> any = same.isEmpty() ? other : same;
        line(chart, "the same run", same, Contrast::mean, Palette.LINES[0], Theme.THICK);
        line(chart, "other seeds", other, Contrast::mean, Palette.LINES[1], Theme.THICK);
        double ceiling = ContrastTables.ceiling(any.values().iterator().next(), ends);
        if (!Double.isNaN(ceiling)) {
            line(chart, "ends of two seeds", any, c -> ceiling, Palette.LINES[4], Theme.DASHED);
        }
        ToDoubleFunction<Contrast> unrelated = c -> c.uniform().mean();
        line(chart, "unrelated layers", any, unrelated, Palette.LINES[3], Theme.DASHED);
        return chart;
    }

    private static void line(
            CategoryChart chart,
            String name,
            Map<String, Contrast> values,
            ToDoubleFunction<Contrast> value,
            Color color,
            BasicStroke stroke) {
        if (values.isEmpty()) {
            return;
        }
        List<Double> y = values.values().stream().map(value::applyAsDouble).toList();
        CategorySeries series = chart.addSeries(name, List.copyOf(values.keySet()), y);
        series.setLineColor(color).setLineStyle(stroke);
        boolean measured = stroke.equals(Theme.THICK);
        series.setMarker(measured ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        series.setMarkerColor(color);
    }
}
