package dev.ila.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ila.model.LinearLayer;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RankingTest {
    private final List<LinearLayer> layers = Layers.of(1);

    @Test
    void layersComeByDescendingScore() {
        Ranking ranking = Ranking.of(layers, new double[] {1, 7, 3, 5, 2, 6, 4});
        assertEquals(
                List.of(
                        "k_proj",
                        "up_proj",
                        "o_proj",
                        "down_proj",
                        "v_proj",
                        "gate_proj",
                        "q_proj"),
                ranking.scores().stream().map(s -> s.layer().projection()).toList());
        assertEquals(
                List.of(1, 2, 3, 4, 5, 6, 7),
                ranking.scores().stream().map(LayerScore::rank).toList());
        assertEquals(0, ranking.tied());
    }

    @Test
    void tiesComeInOrderOfIndexAndAreCounted() {
        Ranking ranking = Ranking.of(layers, new double[] {1, 2, 2, 1, 3, 0, 0.0 * -1});
        assertEquals(
                List.of(4, 1, 2, 0, 3, 5, 6),
                ranking.scores().stream().map(s -> s.layer().index()).toList());
        assertEquals(6, ranking.tied());
    }

    @Test
    void aMasksScoreIsTheSigmoidOfItsLogit() {
        Ranking ranking = Ranking.ofMask(layers, new double[] {0, 4, -4, 1, 2, 3, 5});
        assertEquals(5, ranking.scores().get(0).logit());
        assertEquals(0.9933071490757153, ranking.scores().get(0).score(), 1e-15);
        assertEquals(0.5, ranking.scores().get(5).score());
        assertEquals(0.01798620996209156, ranking.scores().get(6).score(), 1e-15);
    }

    @Test
    void theTopShareRoundsToTheNearestNumberAndIsNeverEmpty() {
        Ranking ranking = Ranking.of(Layers.of(30), Layers.noise(210, 1));
        assertEquals(158, ranking.count(0.75)); // 157.5
        assertEquals(21, ranking.count(0.1));
        assertEquals(1, ranking.count(0.001));
        assertEquals(210, ranking.count(1));
        assertEquals(158, ranking.top(0.75).size());
        assertEquals(Set.of(ranking.scores().get(0).layer()), ranking.top(1));
        assertEquals(Set.of(), ranking.top(0));
    }

    @Test
    void parameterShareCountsWeightsNotLayers() {
        Ranking ranking = Ranking.of(layers, new double[] {1, 2, 3, 4, 5, 6, 7});
        assertEquals(2.0 / 10, ranking.parameterShare(1));
        assertEquals(6.0 / 10, ranking.parameterShare(3));
        assertEquals(1, ranking.parameterShare(7));
    }

    @Test
    void groupsHoldMeansOfScoreAndRank() {
        double[] values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
        Ranking ranking = Ranking.of(Layers.of(2), values);
        LayerGroup best = ranking.byProjection().get(0);
        assertEquals(new LayerGroup("down_proj", 2, 2 * 128 * 64, 10.5, 4.5), best);
        LayerGroup first = ranking.byDepth().get(0);
        assertEquals(new LayerGroup("0", 7, 10 * 64 * 64, 4, 11), first);
    }

    @Test
    void whatIsNotAnOrderIsRefused() {
        assertMessage(
                "score of model.layers.0.self_attn.k_proj must be a finite number, but is: NaN",
                () -> Ranking.of(layers, new double[] {1, Double.NaN, 3, 4, 5, 6, 7}));
        assertMessage(
                "number of scores must be that of layers (7), but is: 2",
                () -> Ranking.of(layers, new double[2]));
        assertMessage(
                "number of ranked layers must be 1 or more, but is: 0",
                () -> Ranking.of(List.of(), new double[0]));
        assertMessage(
                "index of model.layers.0.self_attn.q_proj must be that of no other layer, but is:"
                        + " 0",
                () -> Ranking.of(List.of(layers.get(0), layers.get(0)), new double[2]));
        LayerScore low = new LayerScore(layers.get(0), 1, 1, 1);
        LayerScore high = new LayerScore(layers.get(1), 2, 2, 2);
        assertMessage(
                "score of model.layers.0.self_attn.k_proj must be at most that of rank 1, but is:"
                        + " 2.0",
                () -> new Ranking(List.of(low, high)));
        assertMessage(
                "rank of model.layers.0.self_attn.k_proj must be its place, 1, but is: 2",
                () -> new Ranking(List.of(high)));
        Ranking ranking = Ranking.of(layers, new double[7]);
        assertMessage("share must be above 0 and at most 1, but is: 0.0", () -> ranking.count(0.0));
        assertMessage("count must be between 0 and 7, but is: 8", () -> ranking.top(8));
    }

    private static void assertMessage(String message, Runnable action) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, action::run).getMessage());
    }
}
