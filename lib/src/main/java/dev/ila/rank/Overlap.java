package dev.ila.rank;

import dev.ila.run.Require;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How many important layers two rankings share: Jaccard's |A ∩ B| / |A ∪ B| (paper §3). Of layers
 * with equal scores at a cut as many are shared as in the mean over all ways to order them.
 *
 * @param count layers that count as important, k
 * @param share k as a part of all layers
 * @param jaccard of the two sets of k most important layers
 * @param chance what two unrelated sets of that size come to, {@link #chance}
 */
public record Overlap(int count, double share, double jaccard, double chance) {
    /**
     * Overlap of the most important share of layers.
     *
     * @param share above 0, at most 1; the paper's is 0.75
     * @throws IllegalArgumentException if the layers differ
     */
    public static Overlap of(Ranking a, Ranking b, double share) {
        Correlation.sameLayers(a, b);
        return at(shared(a.meanRanks(), b.meanRanks()), a.count(share));
    }

    /**
     * Overlaps at every cut-off, from the one most important layer to all.
     *
     * @throws IllegalArgumentException if the layers differ
     */
    public static List<Overlap> curve(Ranking a, Ranking b) {
        Correlation.sameLayers(a, b);
        double[] shared = shared(a.meanRanks(), b.meanRanks());
        return IntStream.rangeClosed(1, shared.length).mapToObj(k -> at(shared, k)).toList();
    }

    /**
     * Jaccard of two sets, each of a share p of the layers, that share p² of them as unrelated ones
     * do on average: p / (2 − p), which is 0.6 at p = 0.75.
     */
    public static double chance(double share) {
        return Require.between(0, 1, share, "share") / (2 - share);
    }

    private static Overlap at(double[] shared, int k) {
        double share = (double) k / shared.length;
        return new Overlap(k, share, jaccard(shared[k - 1], k), chance(share));
    }

    static double jaccard(double shared, int k) {
        return shared / (2 * k - shared);
    }

    /**
     * How many of their top 1, 2, … layers two rankings share, by the mean ranks of their layers.
     * Where layers of equal score may or may not be among the top, each is so by its chance: the
     * number is the mean over all ways to put equal ones in an order.
     */
    static double[] shared(double[] x, double[] y) {
        int[] tiedX = tied(x);
        int[] tiedY = tied(y);
        double[] perhaps = new double[x.length];
        int[] surely = new int[x.length];
        for (int i = 0; i < x.length; i++) {
            int firstX = first(x[i], tiedX);
            int firstY = first(y[i], tiedY);
            int nX = tiedX[twice(x[i])];
            int nY = tiedY[twice(y[i])];
            int last = Math.max(firstX + nX, firstY + nY) - 1;
            for (int d = Math.max(firstX, firstY); d < last; d++) {
                perhaps[d - 1] +=
                        Math.min(1, (d - firstX + 1.0) / nX) * Math.min(1, (d - firstY + 1.0) / nY);
            }
            surely[last - 1]++;
        }
        int sum = 0;
        for (int d = 0; d < surely.length; d++) {
            sum += surely[d];
            perhaps[d] += sum;
        }
        return perhaps;
    }

    /** How many layers have a mean rank, by twice that. */
    private static int[] tied(double... ranks) {
        int[] tied = new int[2 * ranks.length + 1];
        for (double rank : ranks) {
            tied[twice(rank)]++;
        }
        return tied;
    }

    private static int twice(double rank) {
        return (int) (2 * rank);
    }

    /** The first of the ranks that layers of a mean rank share. */
    private static int first(double rank, int... tied) {
        return (twice(rank) + 1 - tied[twice(rank)]) / 2;
    }
}
