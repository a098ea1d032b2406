package dev.ila.truth;

import dev.ila.model.LinearLayer;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import dev.ila.run.Hash;
import dev.ila.run.Require;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/**
 * The loss along a ranking: with the changes of its first layers alone, and with those of all
 * others. A ranking that finds what matters lets the first fall early and the second rise early.
 *
 * @param name of the ranking
 * @param orders of its layers, the first first; several if it has equal scores, broken by lot
 * @param cuts shares of the layers, rising, above 0 and below 1
 * @param losses of all sets, and of {@link Effects#ALL} and {@link Effects#NONE}
 */
public record Curves(
        String name, List<List<LinearLayer>> orders, List<Double> cuts, MaskedLosses losses) {
    private static final String KEEP = "keep";
    private static final String DROP = "drop";
    private static final int DIGITS = 12;

    /**
     * A point, the mean of all orders.
     *
     * @param share of the layers
     * @param layers number of them
     * @param keep loss with the changes of the first layers alone, in nats
     * @param drop loss with those of all others
     */
    public record Point(double share, int layers, double keep, double drop) {}

    /** Takes copies. */
    public Curves {
        orders = List.copyOf(orders);
        cuts = List.copyOf(cuts);
        check(cuts);
    }

    /** Fails if shares do not rise from above 0 to below 1. */
    public static void check(List<Double> cuts) {
        double last = 0;
        for (double cut : cuts) {
            Require.that(cut > last && cut < 1, cuts, "--cuts", "rising, above 0 and below 1");
            last = cut;
        }
        Require.atLeast(1, cuts.size(), "number of --cuts");
    }

    /**
     * The orders of a ranking.
     *
     * @param draws number of orders if some scores are equal
     * @param seed of the lot
     */
    public static List<List<LinearLayer>> orders(Ranking ranking, int draws, long seed) {
        Random random = new Random(seed);
        List<List<LinearLayer>> orders = new ArrayList<>();
        for (int draw = 0; draw < (ranking.tied() == 0 ? 1 : draws); draw++) {
            List<LayerScore> scores = new ArrayList<>(ranking.scores());
            Collections.shuffle(scores, random);
            // Stable: equal scores stay as they were shuffled.
            scores.sort((a, b) -> Double.compare(b.score(), a.score()));
            orders.add(scores.stream().map(LayerScore::layer).toList());
        }
        return orders;
    }

    /** Orders by chance. */
    public static List<List<LinearLayer>> random(List<LinearLayer> layers, int draws, long seed) {
        Random random = new Random(seed);
        List<List<LinearLayer>> orders = new ArrayList<>();
        for (int draw = 0; draw < draws; draw++) {
            List<LinearLayer> order = new ArrayList<>(layers);
            Collections.shuffle(order, random);
            orders.add(List.copyOf(order));
        }
        return orders;
    }

    /**
     * Measures.
     *
     * @param ends losses with all changes and with none
     * @param of measures sets of layers, each a group of its own
     * @throws IllegalArgumentException if the cuts are not rising, above 0 and below 1
     */
    public static Curves measure(
            String name,
            List<List<LinearLayer>> orders,
            List<Double> cuts,
            MaskedLosses ends,
            Function<List<List<Subset>>, MaskedLosses> of) {
        check(cuts);
        Map<String, List<Subset>> sets = new LinkedHashMap<>();
        for (List<LinearLayer> order : orders) {
            for (double cut : cuts) {
                for (Subset set : List.of(kept(order, cut), dropped(order, cut))) {
                    sets.put(set.name(), List.of(set));
                }
            }
        }
        MaskedLosses losses = of.apply(List.copyOf(sets.values()));
        return new Curves(name, orders, cuts, ends.and(losses));
    }

    private static int count(List<LinearLayer> order, double cut) {
        return (int) Math.max(1, Math.min(order.size() - 1, Math.round(cut * order.size())));
    }

    private static Subset kept(List<LinearLayer> order, double cut) {
        return set(KEEP, cut, order.subList(0, count(order, cut)));
    }

    private static Subset dropped(List<LinearLayer> order, double cut) {
        return set(DROP, cut, order.subList(count(order, cut), order.size()));
    }

    /** Its name tells the layers, too, so that another order's losses are not taken for its own. */
    private static Subset set(String kind, double cut, List<LinearLayer> layers) {
        String places = layers.stream().map(LinearLayer::index).sorted().toList().toString();
        String hash = Hash.sha256(places.getBytes(StandardCharsets.UTF_8)).substring(0, DIGITS);
        String name = kind + " " + cut + " " + hash;
        return Subset.of(name, layers);
    }

    /** Of each order by itself. */
    public List<Curves> each() {
        return orders.stream().map(o -> new Curves(name, List.of(o), cuts, losses)).toList();
    }

    /** From no layer to all of them. */
    public List<Point> points() {
        return points(ones());
    }

    private int[] ones() {
        int[] ones = new int[losses.conversations()];
        Arrays.fill(ones, 1);
        return ones;
    }

    private List<Point> points(int... times) {
        double all = losses.mean(Effects.ALL, times);
        double none = losses.mean(Effects.NONE, times);
        int layers = orders.get(0).size();
        List<Point> points = new ArrayList<>();
        points.add(new Point(0, 0, none, all));
        for (double cut : cuts) {
            int count = count(orders.get(0), cut);
            double keep = 0;
            double drop = 0;
            for (List<LinearLayer> order : orders) {
                keep += losses.mean(kept(order, cut).name(), times) / orders.size();
                drop += losses.mean(dropped(order, cut).name(), times) / orders.size();
            }
            points.add(new Point((double) count / layers, count, keep, drop));
        }
        points.add(new Point(1, layers, all, none));
        return points;
    }

    /** Whether all changes together lower the loss. */
    static boolean fall(MaskedLosses losses) {
        return losses.of(Effects.NONE).mean() > losses.of(Effects.ALL).mean();
    }

    /**
     * The area between the two curves, as a share of what all changes together take from the loss:
     * about 0 for an order by chance, if the cuts lie evenly about one half; higher where what
     * matters comes first, below 0 where it comes last. NaN if all changes do not lower the loss.
     */
    public double area() {
        return fall(losses) ? area(ones()) : Double.NaN;
    }

    /** The same with how far other conversations would move it. */
    public Effects.Estimate estimatedArea(long seed) {
        return fall(losses)
                ? Effects.estimate(losses.conversations(), this::area, seed)
                : Effects.Estimate.NONE;
    }

    private double area(int... times) {
        List<Point> points = points(times);
        double sum = 0;
        for (int i = 1; i < points.size(); i++) {
            Point a = points.get(i - 1);
            Point b = points.get(i);
            sum += (b.share() - a.share()) * (a.drop() - a.keep() + b.drop() - b.keep()) / 2;
        }
        return sum / (losses.of(Effects.NONE).mean() - losses.of(Effects.ALL).mean());
    }
}
