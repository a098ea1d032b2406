package dev.ila.view;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ila.rank.Chance;
import dev.ila.rank.Contrast;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.CategoryChart;

/** Milestones of a study as a picture. */
class StudyPicturesTest {
    /** A point for each milestone and the end, whatever else differs and whatever is missing. */
    @Test
    void aMilestoneIsBesideEndsThatDifferInNothingElse() {
        Map<String, List<Contrast>> milestones = new LinkedHashMap<>();
        milestones.put(
                "25 %",
                List.of(
                        contrast("milestone", 0.3),
                        contrast("milestone and settings", 0.2),
                        contrast("milestone and settings, same seed", 0.1),
                        contrast("milestone, same seed", 0.4)));
        milestones.put("50 %", List.of(contrast("milestone", 0.5)));
        List<Contrast> ends = List.of(contrast("seed", 0.6));
        CategoryChart chart = StudyPictures.milestones("polite", milestones, ends, "Spearman");
        points(chart, "the same run", 0.4, Double.NaN, 1);
        points(chart, "other seeds", 0.3, 0.5, Double.NaN);
        points(chart, "ends of two seeds, all sets", 0.6, 0.6, 0.6);
        assertEquals(4, chart.getSeriesCollection().size());
        Charts.png(chart);
    }

    private static void points(CategoryChart chart, String series, double... values) {
        assertArrayEquals(values, chart.getSeries(series).getYData(), series);
    }

    private static Contrast contrast(String differs, double mean) {
        Chance chance = new Chance(0, -0.1, 0.1, 10);
        return new Contrast(
                differs, 2, "Spearman", mean, mean, mean, Optional.empty(), chance, chance);
    }
}
