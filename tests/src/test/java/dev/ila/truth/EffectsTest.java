package dev.ila.truth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.eval.HeldOut;
import dev.ila.model.LinearLayer;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What layers are worth, of losses that are known. */
class EffectsTest {
    private static List<Effects> effects(AdditiveLosses of) {
        return Ablation.measure(of.layers, of::of);
    }

    @Test
    void aLayerIsWorthWhatItTakesFromTheLoss() {
        AdditiveLosses losses = new AdditiveLosses(14, 30, 0);
        for (Effects effects : effects(losses)) {
            List<Effects.Effect> all = effects.effects();
            for (int i = 0; i < 14; i++) {
                assertEquals(losses.layers.get(i), all.get(i).layer());
                assertEquals(losses.worth[i], all.get(i).nats(), 1e-12);
                assertEquals(0, all.get(i).error(), 1e-12);
            }
            assertEquals(losses.layers.get(13), effects.ranking().scores().get(0).layer());
            assertEquals(1, effects.splitHalf(1), 1e-12);
            assertEquals(1, effects.ceiling(1), 1e-12);
        }
    }

    /** Luck of conversations, not of tokens: the error is that of a ratio of two sums. */
    @Test
    void theErrorIsThatOfDrawingConversationsAgain() {
        AdditiveLosses losses = new AdditiveLosses(7, 40, 0.02);
        for (Effects effects : effects(losses)) {
            for (int i = 0; i < 7; i++) {
                int layer = i;
                Effects.Effect effect = effects.effects().get(i);
                String set = effects.kind().set(losses.layers.get(i));
                String other = effects.kind() == Effects.Kind.WITHOUT ? Effects.ALL : Effects.NONE;
                double sign = effects.kind() == Effects.Kind.WITHOUT ? 1 : -1;
                Random random = new Random(2);
                double[] drawn =
                        IntStream.range(0, 4000)
                                .mapToDouble(
                                        d -> {
                                            int[] times = new int[40];
                                            for (int c = 0; c < 40; c++) {
                                                times[random.nextInt(40)]++;
                                            }
                                            return sign
                                                    * (effects.losses().mean(set, times)
                                                            - effects.losses().mean(other, times));
                                        })
                                .toArray();
                double mean = DoubleStream.of(drawn).average().orElseThrow();
                double deviation =
                        Math.sqrt(
                                DoubleStream.of(drawn)
                                        .map(x -> (x - mean) * (x - mean))
                                        .average()
                                        .orElseThrow());
                assertEquals(deviation, effect.error(), 0.1 * deviation, "layer " + layer);
                assertEquals(losses.worth[i], effect.nats(), 4 * effect.error());
            }
        }
    }

    @Test
    void aRankingIsHeldAgainstThem() {
        AdditiveLosses losses = new AdditiveLosses(21, 40, 0.05);
        Effects effects = effects(losses).get(0);
        Ranking right = Ranking.of(losses.layers, losses.worth);
        double[] reversed = DoubleStream.of(losses.worth).map(w -> -w).toArray();
        Effects.Estimate best = effects.spearman(right, 1);
        assertTrue(best.value() > 0.9 && best.low() < best.value(), best.toString());
        assertTrue(best.high() >= best.value() && best.high() <= 1, best.toString());
        Effects.Estimate worst = effects.spearman(Ranking.of(losses.layers, reversed), 1);
        assertEquals(-best.value(), worst.value(), 1e-12);
        assertEquals(-best.low(), worst.high(), 1e-12);
        // What half of the conversations say of the other half is less than what all can say.
        assertTrue(effects.splitHalf(1) < effects.ceiling(1));
        assertEquals(best.value(), effects.ceiling(1), 0.05);
    }

    @Test
    void withoutAnythingToTellTheCeilingIsNought() {
        AdditiveLosses losses = new AdditiveLosses(14, 40, 0.5);
        Arrays.fill(losses.worth, 0);
        Effects effects = effects(losses).get(1);
        assertTrue(Math.abs(effects.splitHalf(3)) < 0.35, "" + effects.splitHalf(3));
        assertTrue(effects.ceiling(3) >= 0);
    }

    @Test
    void aRankingOfOtherLayersIsAnError() {
        AdditiveLosses losses = new AdditiveLosses(14, 5, 0);
        Ranking some = Ranking.of(losses.layers.subList(0, 13), new double[13]);
        Effects effects = effects(losses).get(0);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> effects.spearman(some, 1));
        assertTrue(e.getMessage().startsWith("layer 13 of the second ranking must be"), "" + e);
    }

    @Test
    void anAreaIsHighWhereTheWorthiestComeFirst() {
        AdditiveLosses losses = new AdditiveLosses(20, 30, 0);
        MaskedLosses ends = effects(losses).get(0).losses();
        MaskedLosses base = effects(losses).get(1).losses();
        MaskedLosses both = ends.and(base);
        List<Double> cuts = List.of(0.25, 0.5, 0.75);
        List<LinearLayer> worthiest = new ArrayList<>(losses.layers);
        Collections.reverse(worthiest);
        double best = area(losses, List.of(worthiest), cuts, both);
        double worst = area(losses, List.of(losses.layers), cuts, both);
        assertEquals(-best, worst, 1e-12);
        // Kept 25, 50, 75 % hold 90, 155 and 195 of 210 hundredths of a nat, the others the rest.
        double keep = (0 + 210) / 2.0 + 90 + 155 + 195;
        double drop = (210 + 0) / 2.0 + 120 + 55 + 15;
        assertEquals((keep - drop) / 4 / 210, best, 1e-12);
        List<List<LinearLayer>> random = Curves.random(losses.layers, 400, 3);
        double mean = area(losses, random, cuts, both);
        assertEquals(0, mean, 0.02);
        Curves curves = Curves.measure("all", random, cuts, both, losses::of);
        double each = curves.each().stream().mapToDouble(c -> c.area()).average().orElseThrow();
        assertEquals(each, mean, 1e-12);
    }

    /** The first layers do most: where the loss falls steeply, orders by chance have no area. */
    @Test
    void ordersByChanceHaveNoAreaWhereTheLossIsConvexEither() {
        AdditiveLosses losses = new AdditiveLosses(20, 3, 0);
        Function<List<List<Subset>>, MaskedLosses> convex =
                groups -> {
                    Map<String, HeldOut> all = new LinkedHashMap<>();
                    for (List<Subset> group : groups) {
                        for (Subset set : group) {
                            double loss = 1 + Math.exp(-set.kept().size() / 3.0);
                            all.put(set.name(), new HeldOut(List.of(new HeldOut.Loss(loss, 1))));
                        }
                    }
                    return new MaskedLosses(all);
                };
        List<Effects> effects = Ablation.measure(losses.layers, convex);
        MaskedLosses ends = effects.get(0).losses().and(effects.get(1).losses());
        List<Double> cuts = List.of(0.1, 0.25, 0.5, 0.75, 0.9);
        List<List<LinearLayer>> orders = List.of(losses.layers);
        assertEquals(0, Curves.measure("some", orders, cuts, ends, convex).area(), 1e-12);
    }

    /** An interval is about its figure, though each draw has noise of its own besides. */
    @Test
    void anIntervalIsAboutItsFigure() {
        AdditiveLosses losses = new AdditiveLosses(21, 20, 0.2);
        Effects effects = effects(losses).get(0);
        Effects.Estimate e = effects.spearman(Ranking.of(losses.layers, losses.worth), 1);
        assertTrue(e.low() < e.value() && e.value() < e.high(), e.toString());
        double skew = (e.high() - e.value()) / (e.value() - e.low());
        assertTrue(skew > 0.4 && skew < 2.5, e.toString());
    }

    private static double area(
            AdditiveLosses of,
            List<List<LinearLayer>> orders,
            List<Double> cuts,
            MaskedLosses ends) {
        return Curves.measure("some", orders, cuts, ends, of::of).area();
    }

    @Test
    void equalScoresAreNotBrokenByTheOrderOfTheFile() {
        AdditiveLosses losses = new AdditiveLosses(14, 3, 0);
        double[] tied = new double[14];
        tied[13] = 1;
        List<List<LinearLayer>> orders = Curves.orders(Ranking.of(losses.layers, tied), 200, 1);
        assertEquals(200, orders.size());
        assertTrue(orders.stream().allMatch(o -> o.get(0).index() == 13));
        long first = orders.stream().filter(o -> o.get(1).index() == 0).count();
        assertTrue(first > 5 && first < 30, first + " of 200 for one of 13");
        Ranking apart = Ranking.of(losses.layers, losses.worth);
        assertEquals(
                List.of(apart.scores().stream().map(LayerScore::layer).toList()),
                Curves.orders(apart, 200, 1));
    }

    @Test
    void aChangeThatHelpsNobodyHasNoArea() {
        AdditiveLosses losses = new AdditiveLosses(7, 3, 0);
        for (int i = 0; i < 7; i++) {
            losses.worth[i] = -0.5;
        }
        MaskedLosses both = effects(losses).get(0).losses().and(effects(losses).get(1).losses());
        Curves curves =
                Curves.measure("some", List.of(losses.layers), List.of(0.5), both, losses::of);
        assertTrue(Double.isNaN(curves.area()));
        IllegalArgumentException cuts =
                assertThrows(IllegalArgumentException.class, () -> Curves.check(List.of(0.5, 0.5)));
        assertEquals(
                "--cuts must be rising, above 0 and below 1, but is: [0.5, 0.5]",
                cuts.getMessage());
    }
}
