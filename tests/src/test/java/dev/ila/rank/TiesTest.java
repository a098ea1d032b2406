package dev.ila.rank;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ila.model.LinearLayer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Layers of equal score are equal, however they are counted. */
class TiesTest {
    private static final double EXACT = 1e-12;
    private static final double[] X = {2, 2, 5, 2, 1, 1, 0};
    private static final double[] Y = {3, 3, 3, 3, 0, 9, 0};

    private final List<LinearLayer> layers = Layers.of(1);
    private final Ranking x = Ranking.of(layers, X);
    private final Ranking y = Ranking.of(layers, Y);

    @Test
    void equalLayersShareTheMeanOfTheirRanks() {
        assertArrayEquals(new double[] {3, 3, 1, 3, 5.5, 5.5, 7}, x.meanRanks());
        assertArrayEquals(new double[] {3.5, 3.5, 3.5, 3.5, 6.5, 1, 6.5}, y.meanRanks());
    }

    @Test
    void whatIsSharedIsTheMeanOverAllOrdersOfEqualLayers() {
        List<List<Integer>> allX = orders(X);
        List<List<Integer>> allY = orders(Y);
        assertEquals(6 * 2, allX.size());
        assertEquals(24 * 2, allY.size());
        double[] mean = new double[X.length];
        for (List<Integer> a : allX) {
            for (List<Integer> b : allY) {
                for (int k = 1; k <= mean.length; k++) {
                    List<Integer> both = new ArrayList<>(a.subList(0, k));
                    both.retainAll(b.subList(0, k));
                    mean[k - 1] += (double) both.size() / allX.size() / allY.size();
                }
            }
        }
        assertArrayEquals(mean, Overlap.shared(x.meanRanks(), y.meanRanks()), EXACT);
        List<Overlap> curve = Overlap.curve(x, y);
        for (int k = 1; k <= mean.length; k++) {
            double jaccard = mean[k - 1] / (2 * k - mean[k - 1]);
            assertEquals(jaccard, curve.get(k - 1).jaccard(), EXACT);
            assertEquals(jaccard, Measure.jaccard(k, 0.5).of(x, y), EXACT);
        }
    }

    /** The places of layers, by rank, in every order that the scores allow. */
    private static List<List<Integer>> orders(double... scores) {
        List<List<Integer>> all = new ArrayList<>();
        extend(List.of(), all, scores);
        return all;
    }

    private static void extend(List<Integer> begun, List<List<Integer>> all, double... scores) {
        if (begun.size() == scores.length) {
            all.add(begun);
            return;
        }
        double best = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < scores.length; i++) {
            best = begun.contains(i) ? best : Math.max(best, scores[i]);
        }
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] == best && !begun.contains(i)) {
                List<Integer> more = new ArrayList<>(begun);
                more.add(i);
                extend(more, all, scores);
            }
        }
    }

    /** The layers' order in a file, or in the model, says nothing where scores are equal. */
    @Test
    void anotherOrderOfTheLayersGivesTheSameLikeness() {
        List<LinearLayer> turned = new ArrayList<>();
        double[] otherX = new double[X.length];
        double[] otherY = new double[X.length];
        for (int i = 0; i < X.length; i++) {
            LinearLayer l = layers.get(X.length - 1 - i);
            turned.add(new LinearLayer(i, l.name(), 0, l.projection(), 1, 1));
            otherX[i] = X[X.length - 1 - i];
            otherY[i] = Y[X.length - 1 - i];
        }
        Ranking backX = Ranking.of(turned, otherX);
        Ranking backY = Ranking.of(turned, otherY);
        List<Measure> measures =
                List.of(
                        Measure.jaccard(2, 0.3),
                        Measure.jaccard(5, 0.75),
                        Measure.spearman(),
                        Measure.kendall(),
                        Measure.rankBiased(0.9));
        for (Measure m : measures) {
            assertEquals(m.of(x, y), m.of(backX, backY), EXACT, m.name());
        }
    }
}
