package dev.ila.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.model.LinearLayer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final double EXACT = 1e-12;

    private final List<LinearLayer> layers = Layers.of(1);

    @Test
    void spearmanIsOneMinusSixSquaresOverCube() {
        Ranking a = Ranking.of(layers, new double[] {1, 2, 3, 4, 5, 6, 7});
        Ranking b = Ranking.of(layers, new double[] {3, 1, 2, 6, 7, 5, 8});
        // Ranks of b 3 1 2 5 6 4 7: Σd² = 4 + 1 + 1 + 1 + 1 + 4 + 0 = 12; 1 − 72/336.
        assertEquals(1 - 72.0 / 336, Correlation.spearman(a, b), EXACT);
        // Discordant pairs: (1,2) (1,3) (4,6) (5,6): 4 of 21; τ = (17 − 4) / 21.
        assertEquals(13.0 / 21, Correlation.kendall(a, b), EXACT);
    }

    @Test
    void tiesShareTheirMeanRank() {
        List<LinearLayer> four = layers.subList(0, 4);
        Ranking a = Ranking.of(four, new double[] {1, 2, 3, 4});
        Ranking b = Ranking.of(four, new double[] {1, 1, 2, 3});
        // Ranks 1.5 1.5 3 4 against 1 2 3 4: 4.5 / √(5 · 4.5).
        assertEquals(4.5 / Math.sqrt(5 * 4.5), Correlation.spearman(a, b), EXACT);
        // 5 concordant pairs, 1 tied in b: 5 / √(6 · 5).
        assertEquals(5 / Math.sqrt(30), Correlation.kendall(a, b), EXACT);
    }

    @Test
    void aRankingIsOneWithItselfAndMinusOneReversed() {
        Ranking a = Ranking.of(layers, new double[] {1, 2, 3, 4, 5, 6, 7});
        Ranking b = Ranking.of(layers, new double[] {-1, -2, -3, -4, -5, -6, -7});
        assertEquals(1, Correlation.spearman(a, a), EXACT);
        assertEquals(1, Correlation.kendall(a, a), EXACT);
        assertEquals(-1, Correlation.spearman(a, b), EXACT);
        assertEquals(-1, Correlation.kendall(a, b), EXACT);
    }

    @Test
    void theOrderInWhichLayersAreGivenDoesNotMatter() {
        Ranking a = Ranking.of(layers, new double[] {1, 2, 3, 4, 5, 6, 7});
        List<LinearLayer> turned = layers.stream().sorted((x, y) -> y.index() - x.index()).toList();
        Ranking b = Ranking.of(turned, new double[] {7, 6, 5, 4, 3, 2, 1});
        assertEquals(a, b);
    }

    @Test
    void differentLayersAreRefusedByTheFirstThatDiffers() {
        Ranking a = Ranking.of(layers, new double[7]);
        Ranking b = Ranking.of(layers.subList(0, 6), new double[6]);
        assertMessage(
                "layer 6 of the second ranking must be that of the first"
                        + " (model.layers.0.mlp.down_proj [128 × 64]), but is: none",
                () -> Correlation.spearman(a, b));
        assertMessage(
                "layer 6 of the second ranking must be that of the first (none), but is:"
                        + " model.layers.0.mlp.down_proj [128 × 64]",
                () -> Overlap.of(b, a, 0.5));
    }

    @Test
    void equalScoresAloneCannotBeCorrelated() {
        Ranking a = Ranking.of(layers, new double[7]);
        assertMessage(
                "correlation must be of rankings whose scores are not all equal, but is: NaN",
                () -> Correlation.kendall(a, a));
    }

    @Test
    void overlapIsSharedLayersOverAllNamed() {
        Ranking a = Ranking.of(layers, new double[] {1, 2, 3, 4, 5, 6, 7});
        Ranking b = Ranking.of(layers, new double[] {7, 2, 3, 4, 5, 6, 1});
        // The top 3 share 2 of 4 named.
        assertEquals(
                new Overlap(3, 3 / 7.0, 0.5, (3 / 7.0) / (2 - 3 / 7.0)), Overlap.of(a, b, 0.4));
        assertEquals(
                List.of(0.0, 1 / 3.0, 0.5, 0.6, 4 / 6.0, 5 / 7.0, 1.0),
                Overlap.curve(a, b).stream().map(Overlap::jaccard).toList());
        assertEquals(0.6, Overlap.chance(0.75), EXACT);
        assertEquals(1, Overlap.chance(1), EXACT);
    }

    @Test
    void rankingsThatShareOnlyTheKindOfProjectionAreNotAboveChance() {
        List<Ranking> rankings = noisy(0);
        Agreement agreement = Agreement.spearman(rankings, 400, 5);
        assertTrue(agreement.mean() > 0.8, agreement.toString());
        assertTrue(agreement.chance().low() > 0.8, agreement.toString());
        assertFalse(agreement.aboveChance(), agreement.toString());
        assertFalse(Agreement.jaccard(rankings, 0.75, 400, 5).aboveChance());
    }

    @Test
    void rankingsThatShareMoreAreAboveChance() {
        List<Ranking> rankings = noisy(1);
        Agreement agreement = Agreement.spearman(rankings, 400, 5);
        assertTrue(agreement.aboveChance(), agreement.toString());
        assertTrue(Agreement.jaccard(rankings, 0.75, 400, 5).aboveChance());
        assertTrue(agreement.least() <= agreement.mean() && agreement.mean() <= agreement.most());
        assertEquals(3, agreement.rankings());
    }

    @Test
    void theSameSeedGivesTheSameBandAndAnotherDoesNot() {
        List<Ranking> rankings = noisy(1);
        Agreement once = Agreement.spearman(rankings, 100, 5);
        assertEquals(once, Agreement.spearman(rankings, 100, 5));
        assertNotEquals(once.chance(), Agreement.spearman(rankings, 100, 6).chance());
    }

    @Test
    void agreementNeedsTwoRankingsAndEnoughDraws() {
        List<Ranking> rankings = noisy(1);
        assertMessage(
                "number of rankings must be 2 or more, but is: 1",
                () -> Agreement.spearman(rankings.subList(0, 1), 100, 5));
        assertMessage(
                "draws must be 40 or more, but is: 39", () -> Agreement.spearman(rankings, 39, 5));
    }

    /** Three rankings: kind of projection, shared · an order of their own, little noise. */
    private static List<Ranking> noisy(double shared) {
        List<LinearLayer> all = Layers.of(12);
        double[] common = Layers.noise(all.size(), 99);
        return List.of(1L, 2L, 3L).stream()
                .map(
                        seed -> {
                            double[] values = Layers.noise(all.size(), seed);
                            for (int i = 0; i < values.length; i++) {
                                values[i] = values[i] * 0.5 + i % 7 * 0.3 + shared * common[i];
                            }
                            return Ranking.of(all, values);
                        })
                .toList();
    }

    private static void assertMessage(String message, Runnable action) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, action::run).getMessage());
    }
}
