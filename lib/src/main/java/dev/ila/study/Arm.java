package dev.ila.study;

import dev.ila.model.LinearLayer;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import dev.ila.truth.Curves;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * A choice of layers that is tuned beside others.
 *
 * @param kind how they were chosen, as {@code random}; draws of one kind share it
 * @param cut share of the layers, as a name: {@code 30 %}; empty with all layers
 * @param draw from 1 among the choices of a kind by chance; 0: no chance
 * @param layers chosen, in the model's order
 * @param atOnce how many of them are trained at a time
 */
public record Arm(String kind, String cut, int draw, List<LinearLayer> layers, int atOnce) {
    /** All layers. */
    public static final String ALL = "all";

    /** All, of which as many as the most important are trained at a time. */
    public static final String RESAMPLED = "resampled";

    /** LISA: embedding, head, final norm, and a few whole blocks at a time. */
    public static final String LISA = "lisa";

    /** The most important ones. */
    public static final String ILA = "ila";

    /** Takes a copy. */
    public Arm {
        layers = List.copyOf(layers);
        Require.atLeast(1, layers.size(), "number of layers of " + kind);
    }

    /** Of layers that are all trained. */
    Arm(String kind, String cut, int draw, List<LinearLayer> layers) {
        this(kind, cut, draw, layers, layers.size());
    }

    /** As {@code random 30 % 2}. */
    public String name() {
        return kind + (cut.isEmpty() ? "" : " " + cut) + (draw == 0 ? "" : " " + draw);
    }

    /** The same without the draw. */
    public String group() {
        return kind + (cut.isEmpty() ? "" : " " + cut);
    }

    /**
     * What is compared for one seed: all layers; at each cut the top of the ranking, and beside it,
     * with as many layers, the first and the last ones, some by chance, and some by chance with as
     * many of each projection, which have equally many trained numbers too; then the first, last
     * and by chance, as many as have the trained numbers of the top; then, with as many layers, the
     * top of other rankings, equal scores broken by lot.
     *
     * @param layers of the model, in its order
     * @param ranking of all of them
     * @param others rankings by their names
     * @param cuts shares above 0 and below 1
     * @param draws of each choice by chance
     * @param seed of the draws
     * @param numbers trained in a layer
     */
    public static List<Arm> of(
            List<LinearLayer> layers,
            Ranking ranking,
            Map<String, Ranking> others,
            List<Double> cuts,
            int draws,
            long seed,
            ToLongFunction<LinearLayer> numbers) {
        Require.that(
                ranking.size() == layers.size(),
                ranking.size(),
                "layers of the ranking",
                "all " + layers.size() + " of the model");
        List<LinearLayer> last = new ArrayList<>(layers);
        Collections.reverse(last);
        List<LinearLayer> ranked = own(layers, ranking.scores().stream().map(LayerScore::layer));
        List<Arm> arms = new ArrayList<>();
        arms.add(new Arm(ALL, "", 0, layers));
        for (double share : cuts) {
            Require.that(share > 0 && share < 1, share, "cut", "above 0 and below 1");
            String cut = cut(share);
            int count = ranking.count(share);
            List<LinearLayer> top = ranked.subList(0, count);
            long budget = top.stream().mapToLong(numbers).sum();
            arms.add(arm(ILA, cut, 0, layers, top));
            arms.add(arm("first", cut, 0, layers, layers.subList(0, count)));
            arms.add(arm("last", cut, 0, layers, last.subList(0, count)));
            arms.add(new Arm(RESAMPLED, cut, 0, layers, count));
            Random random = new Random(seed * 1000 + Math.round(1000 * share));
            List<Arm> equal = new ArrayList<>();
            for (int draw = 1; draw <= draws; draw++) {
                List<LinearLayer> order = shuffled(layers, random);
                arms.add(arm("random", cut, draw, layers, order.subList(0, count)));
                arms.add(arm("random by kind", cut, draw, layers, alike(top, order)));
                equal.add(arm("random, numbers", cut, draw, layers, upTo(budget, order, numbers)));
            }
            arms.add(arm("first, numbers", cut, 0, layers, upTo(budget, layers, numbers)));
            arms.add(arm("last, numbers", cut, 0, layers, upTo(budget, last, numbers)));
            arms.addAll(equal);
            others.forEach(
                    (name, other) -> {
                        List<LinearLayer> order = Curves.orders(other, 1, seed).get(0);
                        List<LinearLayer> chosen = own(layers, order.subList(0, count).stream());
                        arms.add(arm(name, cut, 0, layers, chosen));
                    });
        }
        return arms;
    }

    /** The model's layers of the same names, in their order. */
    private static List<LinearLayer> own(List<LinearLayer> layers, Stream<LinearLayer> order) {
        Map<String, LinearLayer> byName = new HashMap<>();
        layers.forEach(l -> byName.put(l.name(), l));
        return order.map(l -> byName.get(l.name())).toList();
    }

    /** A share's name, as {@code 30 %} or {@code 12.5 %}. */
    static String cut(double share) {
        String cut = String.format(Locale.ROOT, "%s %%", Math.round(1000 * share) / 10.0);
        return cut.replace(".0 %", " %");
    }

    private static Arm arm(
            String kind, String cut, int draw, List<LinearLayer> all, List<LinearLayer> chosen) {
        return new Arm(kind, cut, draw, all.stream().filter(chosen::contains).toList());
    }

    private static List<LinearLayer> shuffled(List<LinearLayer> layers, Random random) {
        List<LinearLayer> order = new ArrayList<>(layers);
        Collections.shuffle(order, random);
        return order;
    }

    /** The first in an order with as many of each projection as some others. */
    private static List<LinearLayer> alike(List<LinearLayer> others, List<LinearLayer> order) {
        Map<String, Integer> left = new HashMap<>();
        others.forEach(l -> left.merge(l.projection(), 1, Integer::sum));
        List<LinearLayer> chosen = new ArrayList<>();
        for (LinearLayer l : order) {
            if (left.merge(l.projection(), -1, Integer::sum) >= 0) {
                chosen.add(l);
            }
        }
        return chosen;
    }

    /** The first in an order, as many as come nearest to a sum; at least one. */
    private static List<LinearLayer> upTo(
            long budget, List<LinearLayer> order, ToLongFunction<LinearLayer> numbers) {
        long sum = 0;
        int count = 0;
        while (count < order.size()) {
            long next = sum + numbers.applyAsLong(order.get(count));
            if (count > 0 && Math.abs(next - budget) > Math.abs(sum - budget)) {
                break;
            }
            sum = next;
            count++;
        }
        return order.subList(0, count);
    }
}
