package dev.ila.rank;

import dev.ila.model.LinearLayer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One layer's place over several rankings.
 *
 * @param layer which
 * @param inTop in how many rankings it is among the important layers
 * @param meanRank low is important
 * @param deviation standard deviation of its rank, with n − 1
 * @param best lowest rank
 * @param worst highest rank
 */
public record LayerSpread(
        LinearLayer layer, int inTop, double meanRank, double deviation, int best, int worst) {
    /**
     * All layers, the most important first by their mean rank.
     *
     * @param rankings of the same layers, two or more
     * @param share of layers that count as important
     */
    public static List<LayerSpread> of(List<Ranking> rankings, double share) {
        List<List<LayerScore>> all = new ArrayList<>();
        for (Ranking r : rankings) {
            Correlation.sameLayers(rankings.get(0), r);
            all.add(r.byIndex());
        }
        int count = rankings.get(0).count(share);
        List<LayerSpread> spreads = new ArrayList<>();
        for (int i = 0; i < all.get(0).size(); i++) {
            int place = i;
            int[] ranks = all.stream().mapToInt(scores -> scores.get(place).rank()).toArray();
            spreads.add(of(all.get(0).get(i).layer(), ranks, count));
        }
        spreads.sort(Comparator.comparingDouble(LayerSpread::meanRank));
        return spreads;
    }

    private static LayerSpread of(LinearLayer layer, int[] ranks, int count) {
        int inTop = 0;
        int best = Integer.MAX_VALUE;
        int worst = 0;
        double mean = 0;
        for (int rank : ranks) {
            inTop += rank <= count ? 1 : 0;
            best = Math.min(best, rank);
            worst = Math.max(worst, rank);
            mean += (double) rank / ranks.length;
        }
        double squares = 0;
        for (int rank : ranks) {
            squares += (rank - mean) * (rank - mean);
        }
        double deviation = Math.sqrt(squares / (ranks.length - 1));
        return new LayerSpread(layer, inTop, mean, deviation, best, worst);
    }
}
