package dev.ila.rank;

import dev.ila.run.Require;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.distribution.HypergeometricDistribution;

/**
 * What a likeness of rankings comes to if they have nothing in common but what is said: its mean
 * and the middle 95 %. A value above the band says that rankings agree on more.
 *
 * @param mean expected value
 * @param low 2.5 % are below
 * @param high 2.5 % are above
 * @param draws number of shuffles; 0 where the numbers are exact
 */
public record Chance(double mean, double low, double high, int draws) {
    private static final double TAIL = 0.025;

    /**
     * Jaccard's of two sets of k layers of n, drawn at random: the number shared is hypergeometric.
     *
     * @param n number of layers, 1 or more
     * @param k from 1 to n
     */
    public static Chance jaccard(int n, int k) {
        Require.that(k >= 1 && k <= n, k, "count", "between 1 and " + n);
        if (k == n) {
            // There is one such set; the library's inverse has no number for it.
            return new Chance(1, 1, 1, 0);
        }
        HypergeometricDistribution shared = new HypergeometricDistribution(null, n, k, k);
        double mean = 0;
        for (int x = shared.getSupportLowerBound(); x <= shared.getSupportUpperBound(); x++) {
            mean += shared.probability(x) * Overlap.jaccard(x, k);
        }
        int low = shared.inverseCumulativeProbability(TAIL);
        int high = shared.inverseCumulativeProbability(1 - TAIL);
        return new Chance(mean, Overlap.jaccard(low, k), Overlap.jaccard(high, k), 0);
    }

    /** Of shuffles: their mean, and the values with 2.5 % of the draws below and above. */
    static Chance of(double... draws) {
        double[] sorted = Arrays.stream(draws).filter(x -> !Double.isNaN(x)).sorted().toArray();
        if (sorted.length == 0) {
            return new Chance(Double.NaN, Double.NaN, Double.NaN, 0);
        }
        int tail = (int) (TAIL * sorted.length);
        return new Chance(
                Measure.mean(sorted),
                sorted[tail],
                sorted[sorted.length - 1 - tail],
                sorted.length);
    }

    /** Of one statistic of each draw. */
    static Chance ofColumn(double[][] draws, int column) {
        return of(Arrays.stream(draws).mapToDouble(d -> d[column]).toArray());
    }

    /**
     * The mean over all pairs of rankings whose scores were shuffled within each kind of
     * projection.
     */
    static Chance withinProjections(List<Ranking> rankings, Measure measure, int draws, long seed) {
        double[][] values = rankings.stream().map(measure::values).toArray(double[][]::new);
        List<int[]> groups = Permutations.withinProjections(rankings.get(0).layersByIndex());
        double[][] all =
                Permutations.statistics(
                        groups,
                        rankings.size(),
                        draws,
                        seed,
                        orders -> {
                            double[][] moved = Permutations.apply(values, orders);
                            return new double[] {Measure.mean(measure.pairs(List.of(moved)))};
                        });
        return ofColumn(all, 0);
    }
}
