package dev.ila.rank;

import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How many important layers two rankings share: Jaccard's |A ∩ B| / |A ∪ B| (paper §3).
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
        return at(a, b, a.count(share));
    }

    /**
     * Overlaps at every cut-off, from the one most important layer to all.
     *
     * @throws IllegalArgumentException if the layers differ
     */
    public static List<Overlap> curve(Ranking a, Ranking b) {
        Correlation.sameLayers(a, b);
        List<Overlap> curve = new ArrayList<>();
        for (int k = 1; k <= a.size(); k++) {
            curve.add(at(a, b, k));
        }
        return List.copyOf(curve);
    }

    /**
     * Jaccard of two sets, each of a share p of the layers, that share p² of them as unrelated ones
     * do on average: p / (2 − p), which is 0.6 at p = 0.75.
     */
    public static double chance(double share) {
        return Require.between(0, 1, share, "share") / (2 - share);
    }

    private static Overlap at(Ranking a, Ranking b, int k) {
        Set<LinearLayer> both = new HashSet<>(a.top(k));
        both.retainAll(b.top(k));
        double share = (double) k / a.size();
        return new Overlap(k, share, jaccard(both.size(), k), chance(share));
    }

    static double jaccard(int shared, int k) {
        return (double) shared / (2 * k - shared);
    }

    /** How many of their top 1, 2, … layers two rankings share, by their layers' ranks. */
    static int[] shared(double[] x, double[] y) {
        int[] shared = new int[x.length];
        for (int i = 0; i < x.length; i++) {
            shared[(int) Math.max(x[i], y[i]) - 1]++;
        }
        for (int d = 1; d < shared.length; d++) {
            shared[d] += shared[d - 1];
        }
        return shared;
    }
}
