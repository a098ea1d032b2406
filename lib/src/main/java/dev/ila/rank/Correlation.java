package dev.ila.rank;

import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import java.util.List;
import org.apache.commons.math3.stat.correlation.KendallsCorrelation;
import org.apache.commons.math3.stat.correlation.PearsonsCorrelation;
import org.apache.commons.math3.stat.ranking.NaturalRanking;

/** How alike two rankings of the same layers are over all layers: 1 the same, −1 reversed. */
public final class Correlation {
    private Correlation() {}

    /**
     * Spearman's ρ: Pearson's correlation of the ranks, equal scores sharing their mean rank.
     *
     * @throws IllegalArgumentException if the layers differ or all scores of one are equal
     */
    public static double spearman(Ranking a, Ranking b) {
        sameLayers(a, b);
        return pearson(ranks(a), ranks(b));
    }

    /**
     * Kendall's τ-b: concordant minus discordant pairs, corrected for ties.
     *
     * @throws IllegalArgumentException if the layers differ or all scores of one are equal
     */
    public static double kendall(Ranking a, Ranking b) {
        sameLayers(a, b);
        double[] x = scores(a);
        double[] y = scores(b);
        // Refuses what has no ranks to compare, as Spearman's does.
        pearson(ranks(a), ranks(b));
        return new KendallsCorrelation().correlation(x, y);
    }

    /** Mean ranks of the scores, in the order of the layers' indices. */
    static double[] ranks(Ranking ranking) {
        return new NaturalRanking().rank(scores(ranking));
    }

    private static double[] scores(Ranking ranking) {
        return ranking.byIndex().stream().mapToDouble(LayerScore::score).toArray();
    }

    static double pearson(double[] x, double[] y) {
        Require.atLeast(2, x.length, "number of layers to correlate");
        double r = new PearsonsCorrelation().correlation(x, y);
        return Require.that(
                !Double.isNaN(r), r, "correlation", "of rankings whose scores are not all equal");
    }

    static void sameLayers(Ranking a, Ranking b) {
        List<LayerScore> first = a.byIndex();
        List<LayerScore> second = b.byIndex();
        for (int i = 0; i < Math.max(first.size(), second.size()); i++) {
            String one = name(first, i);
            String other = name(second, i);
            Require.that(
                    one.equals(other),
                    other,
                    "layer " + i + " of the second ranking",
                    "that of the first (" + one + ")");
        }
    }

    private static String name(List<LayerScore> scores, int i) {
        if (i >= scores.size()) {
            return "none";
        }
        LinearLayer layer = scores.get(i).layer();
        return "%s [%d × %d]".formatted(layer.name(), layer.outputs(), layer.inputs());
    }
}
