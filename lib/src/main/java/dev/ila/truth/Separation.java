package dev.ila.truth;

import dev.ila.model.LinearLayer;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.ranking.NaturalRanking;

/**
 * How well scores tell layers that matter from layers that do not.
 *
 * @param auc chance that a layer that matters has a higher score than one that does not, an equal
 *     score counting half: the area under the ROC curve, Mann and Whitney's U over all pairs
 * @param precision share of layers that matter among the first k, k being how many matter; where
 *     equal scores stand on both sides of the cut, its mean over their orders
 */
public record Separation(double auc, double precision) {
    /**
     * Of scores, higher being more important.
     *
     * @param positives of layers that matter, one or more
     * @param negatives of layers that do not, one or more
     */
    public static Separation of(double[] positives, double[] negatives) {
        int k = Require.atLeast(1, positives.length, "number of layers that matter");
        int others = Require.atLeast(1, negatives.length, "number of layers that do not matter");
        double[] all = Arrays.copyOf(positives, k + others);
        System.arraycopy(negatives, 0, all, k, others);
        // MannWhitneyUTest gives the larger of U and its opposite, and so never less than a half.
        double[] ranks = new NaturalRanking().rank(all);
        double u = Arrays.stream(ranks, 0, k).sum() - k * (k + 1) / 2.0;
        double[] sorted = all.clone();
        Arrays.sort(sorted);
        double cut = sorted[others];
        double above = Arrays.stream(all).filter(x -> x > cut).count();
        double equal = Arrays.stream(all).filter(x -> x == cut).count();
        double sure = Arrays.stream(positives).filter(x -> x > cut).count();
        double perhaps = Arrays.stream(positives).filter(x -> x == cut).count();
        double found = sure + perhaps * (k - above) / equal;
        return new Separation(u / k / others, found / k);
    }

    /**
     * Of a ranking.
     *
     * @param positives layers that matter
     * @param left layers that are left out
     */
    public static Separation of(
            Ranking ranking, Set<LinearLayer> positives, Set<LinearLayer> left) {
        return of(
                scores(ranking, positives::contains),
                scores(ranking, l -> !positives.contains(l) && !left.contains(l)));
    }

    private static double[] scores(Ranking ranking, Predicate<LinearLayer> which) {
        return ranking.scores().stream()
                .filter(s -> which.test(s.layer()))
                .mapToDouble(LayerScore::score)
                .toArray();
    }

    /**
     * The same control with its labels shuffled among the layers that are not left out: what scores
     * tell when there is nothing to tell.
     *
     * @param draws shuffles, of which this is the mean
     */
    static Separation shuffled(
            Ranking ranking,
            Set<LinearLayer> positives,
            Set<LinearLayer> left,
            int draws,
            Random random) {
        List<LinearLayer> layers = new ArrayList<>();
        ranking.byIndex().forEach(s -> layers.add(s.layer()));
        layers.removeAll(left);
        List<Separation> all =
                IntStream.range(0, draws)
                        .mapToObj(
                                i -> {
                                    Collections.shuffle(layers, random);
                                    List<LinearLayer> some = layers.subList(0, positives.size());
                                    return of(ranking, Set.copyOf(some), left);
                                })
                        .toList();
        return new Separation(
                all.stream().mapToDouble(Separation::auc).average().orElseThrow(),
                all.stream().mapToDouble(Separation::precision).average().orElseThrow());
    }
}
