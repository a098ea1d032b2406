package dev.ila.rank;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Mean overlap over the pairs of a contrast at every cut-off, beside chance.
 *
 * @param differs in what the runs of a pair differ, as {@link Contrast#differs}
 * @param points one for each number of layers, from 1 to all
 */
public record OverlapCurve(String differs, List<Point> points) {
    /** Takes a copy. */
    public OverlapCurve {
        points = List.copyOf(points);
    }

    /**
     * One cut-off.
     *
     * @param count layers that count as important, k
     * @param share k as a part of all layers
     * @param jaccard mean over pairs
     * @param uniform of one pair of sets drawn at random, exact
     * @param withinProjections of this mean if scores are shuffled within each kind of projection
     */
    public record Point(
            int count, double share, double jaccard, Chance uniform, Chance withinProjections) {}

    /**
     * A curve for each contrast.
     *
     * @param pairs of runs by contrast, by their places
     */
    static List<OverlapCurve> of(
            List<RankedRun> runs, Map<String, List<int[]>> pairs, Comparison.Settings settings) {
        double[][] ranks = new double[runs.size()][];
        Arrays.setAll(ranks, r -> runs.get(r).ranking().meanRanks());
        double[][] within =
                Permutations.statistics(
                        Permutations.withinProjections(runs.get(0).ranking().layersByIndex()),
                        runs.size(),
                        settings.draws(),
                        settings.seed(),
                        orders -> overlaps(pairs.values(), Permutations.apply(ranks, orders)));
        double[] observed = overlaps(pairs.values(), ranks);
        int n = ranks[0].length;
        List<OverlapCurve> curves = new ArrayList<>();
        for (String differs : pairs.keySet()) {
            int first = curves.size() * n - 1;
            List<Point> points =
                    IntStream.rangeClosed(1, n)
                            .mapToObj(
                                    k ->
                                            new Point(
                                                    k,
                                                    (double) k / n,
                                                    observed[first + k],
                                                    Chance.jaccard(n, k),
                                                    Chance.ofColumn(within, first + k)))
                            .toList();
            curves.add(new OverlapCurve(differs, points));
        }
        return curves;
    }

    /** Mean Jaccard of the top 1, 2, …, one contrast after the other. */
    private static double[] overlaps(Collection<List<int[]>> contrasts, double[]... ranks) {
        int n = ranks[0].length;
        double[] means = new double[contrasts.size() * n];
        int first = -1;
        for (List<int[]> pairs : contrasts) {
            for (int[] pair : pairs) {
                double[] shared = Overlap.shared(ranks[pair[0]], ranks[pair[1]]);
                for (int k = 1; k <= n; k++) {
                    means[first + k] += Overlap.jaccard(shared[k - 1], k) / pairs.size();
                }
            }
            first += n;
        }
        return means;
    }
}
