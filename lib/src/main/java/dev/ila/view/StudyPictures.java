package dev.ila.view;

import dev.ila.rank.Contrast;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
        // Else each series would have a place of its own beside a label.
        chart.getStyler().setOverlapped(true);
        List<String> names = new ArrayList<>(milestones.keySet());
        names.add("end");
        double ceiling = ContrastTables.ceiling(measure, ends);
        String differs = "milestone";
        List<Double> own = means(milestones, measure, differs + Contrast.SAME_SEED);
        List<Double> others = means(milestones, measure, differs);
        measured(chart, "the same run", names, own, 1.0, Palette.LINES[0]);
        // At the end other seeds are those of the dashed line, but of this set alone: left open.
        measured(chart, "other seeds", names, others, Double.NaN, Palette.LINES[1]);
        double unrelated =
                milestones.values().stream()
                        .flatMap(List::stream)
                        .filter(c -> c.measure().equals(measure))
                        .mapToDouble(c -> c.uniform().mean())
                        .findFirst()
                        .orElse(Double.NaN);
        reference(chart, "ends of two seeds, all sets", names, ceiling, Palette.LINES[4]);
        reference(chart, "unrelated layers", names, unrelated, Palette.LINES[3]);
        return chart;
    }

    /** Means by milestone of the pairs that differ in nothing else; NaN where there are none. */
    private static List<Double> means(
            Map<String, List<Contrast>> milestones, String measure, String differs) {
        List<Double> means = new ArrayList<>();
        for (List<Contrast> all : milestones.values()) {
            means.add(
                    all.stream()
                            .filter(c -> c.measure().equals(measure))
                            .filter(c -> c.differs().equals(differs))
                            .map(Contrast::mean)
                            .findFirst()
                            .orElse(Double.NaN));
        }
        return means;
    }

    /** A line over the milestones and the end; none if nothing was compared so. */
    private static void measured(
            CategoryChart chart,
            String name,
            List<String> names,
            List<Double> values,
            double end,
            Color color) {
        if (values.stream().allMatch(v -> v.isNaN())) {
            return;
        }
        List<Double> y = new ArrayList<>(values);
        y.add(end);
        CategorySeries series = chart.addSeries(name, names, y);
        series.setLineColor(color).setLineStyle(Theme.THICK);
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(color);
    }

    private static void reference(
            CategoryChart chart, String name, List<String> names, double value, Color color) {
        if (!Double.isNaN(value)) {
            List<Double> y = Collections.nCopies(names.size(), value);
            CategorySeries series = chart.addSeries(name, names, y);
            series.setLineColor(color).setLineStyle(Theme.DASHED);
            series.setMarker(SeriesMarkers.NONE);
        }
    }
}
