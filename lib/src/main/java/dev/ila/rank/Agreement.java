package dev.ila.rank;

import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * How much several rankings of the same layers agree, beside what they would by the kinds of
 * projection alone.
 *
 * @param measure {@code Spearman} or {@code Jaccard at 0.75}
 * @param rankings how many were compared, each with each
 * @param mean over all pairs
 * @param least of any pair
 * @param most of any pair
 * @param chance where the mean falls if nothing but the kind of projection counts
 */
public record Agreement(
        String measure, int rankings, double mean, double least, double most, Chance chance) {
    /**
     * Agreement of whole orders.
     *
     * @param draws permutations behind the band, as 1000
     * @param seed of the permutations
     */
    public static Agreement spearman(List<Ranking> rankings, int draws, long seed) {
        return of("Spearman", rankings, Measure.spearman(), draws, seed);
    }

    /**
     * Agreement on the most important share of layers.
     *
     * @param share above 0, at most 1; the paper's is 0.75
     * @param draws permutations behind the band, as 1000
     * @param seed of the permutations
     */
    public static Agreement jaccard(List<Ranking> rankings, double share, int draws, long seed) {
        checkEnough(rankings);
        Measure measure = Measure.jaccard(rankings.get(0).count(share), share);
        return of("Jaccard at " + share, rankings, measure, draws, seed);
    }

    /** Whether the mean lies above the band. */
    public boolean aboveChance() {
        return mean > chance.high();
    }

    private static Agreement of(
            String name, List<Ranking> rankings, Measure measure, int draws, long seed) {
        checkEnough(rankings);
        rankings.forEach(r -> Correlation.sameLayers(rankings.get(0), r));
        List<double[]> values = new ArrayList<>();
        rankings.forEach(r -> values.add(measure.values(r)));
        double[] pairs = measure.pairs(values);
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (double pair : pairs) {
            least = Math.min(least, pair);
            most = Math.max(most, pair);
        }
        return new Agreement(
                name,
                rankings.size(),
                Measure.mean(pairs),
                least,
                most,
                Chance.withinProjections(rankings, measure, draws, seed));
    }

    private static void checkEnough(List<Ranking> rankings) {
        Require.atLeast(2, rankings.size(), "number of rankings");
    }
}
