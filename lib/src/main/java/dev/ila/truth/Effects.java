package dev.ila.truth;

import dev.ila.eval.HeldOut;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Correlation;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * What the change of each layer is worth on conversations that were not trained on.
 *
 * @param kind of worth
 * @param layers with a change
 * @param losses of all sets that the kind is made of
 */
public record Effects(Kind kind, List<LinearLayer> layers, MaskedLosses losses) {
    /** The set of all layers. */
    public static final String ALL = "all";

    /** The set of none, θ₀. */
    public static final String NONE = "none";

    private static final int HALVES = 100;
    private static final int DRAWS = 1000;
    private static final int TAIL = DRAWS / 40;

    /** How a layer's worth is measured. */
    public enum Kind {
        /** The rise of the loss when its Δθᵢ is taken out of all. */
        WITHOUT("without"),
        /** The fall of the loss of θ₀ when its Δθᵢ alone is added. */
        ONLY("only");

        private final String key;

        Kind(String key) {
            this.key = key;
        }

        /** Its name, which begins the names of its sets. */
        public String key() {
            return key;
        }

        /** The name of a layer's set. */
        String set(LinearLayer layer) {
            return key + " " + layer.name();
        }
    }

    /**
     * Of a layer.
     *
     * @param nats a supervised token
     * @param error standard error over conversations, each token beside itself in both losses
     */
    public record Effect(LinearLayer layer, double nats, double error) {}

    /**
     * A number, and how far other conversations would move it: of draws of as many, with
     * replacement, moved by one amount so that their mean is the number. A draw has the noise of
     * its conversations once more than they have it themselves, which lowers a correlation.
     *
     * @param value of the conversations there are; NaN if there is none
     * @param low 2.5 % of the draws are below
     * @param high 2.5 % are above
     */
    public record Estimate(double value, double low, double high) {
        /** None. */
        static final Estimate NONE = new Estimate(Double.NaN, Double.NaN, Double.NaN);
    }

    /** Takes a copy. */
    public Effects {
        layers = List.copyOf(layers);
        Require.atLeast(2, layers.size(), "number of layers with a change");
    }

    /** Of each layer, in the order of the layers. */
    public List<Effect> effects() {
        int[] once = once();
        return layers.stream().map(l -> new Effect(l, nats(l, once), error(l))).toList();
    }

    private double nats(LinearLayer layer, int... times) {
        return kind == Kind.WITHOUT
                ? losses.mean(kind.set(layer), times) - losses.mean(ALL, times)
                : losses.mean(NONE, times) - losses.mean(kind.set(layer), times);
    }

    /** The ratio estimator's, for conversations drawn from many. */
    private double error(LinearLayer layer) {
        List<HeldOut.Loss> one = losses.of(kind.set(layer)).conversations();
        List<HeldOut.Loss> other = losses.of(kind == Kind.WITHOUT ? ALL : NONE).conversations();
        List<HeldOut.Loss> apart = new ArrayList<>();
        for (int c = 0; c < one.size(); c++) {
            double nats = one.get(c).nats() - other.get(c).nats();
            apart.add(new HeldOut.Loss(nats, one.get(c).tokens()));
        }
        return new HeldOut(apart).error();
    }

    private int[] once() {
        int[] times = new int[losses.conversations()];
        Arrays.fill(times, 1);
        return times;
    }

    /** The layers by their worth. */
    public Ranking ranking() {
        return ranking(once());
    }

    private Ranking ranking(int... times) {
        return Ranking.of(layers, layers.stream().mapToDouble(l -> nats(l, times)).toArray());
    }

    /**
     * How well the conversations tell layers apart: Spearman's ρ of the worths on two random halves
     * of them, the mean of {@value #HALVES} cuts in halves.
     *
     * @param seed of the cuts
     */
    public double splitHalf(long seed) {
        Random random = new Random(seed);
        double sum = 0;
        for (int cut = 0; cut < HALVES; cut++) {
            List<Integer> order = new ArrayList<>();
            for (int c = 0; c < losses.conversations(); c++) {
                order.add(c);
            }
            Collections.shuffle(order, random);
            int[] first = new int[order.size()];
            int[] second = new int[order.size()];
            for (int i = 0; i < order.size(); i++) {
                (2 * i < order.size() ? first : second)[order.get(i)] = 1;
            }
            sum += Correlation.spearman(ranking(first), ranking(second));
        }
        return sum / HALVES;
    }

    /**
     * The most that a ranking's ρ with these worths can be expected to be, if it knew them without
     * error: the root of the reliability 2r / (1 + r) of all conversations (Spearman and Brown),
     * where r is {@link #splitHalf}; 0 if that is not above 0.
     *
     * @param seed of the cuts
     */
    public double ceiling(long seed) {
        double r = Math.max(0, splitHalf(seed));
        return Math.sqrt(2 * r / (1 + r));
    }

    /**
     * Spearman's ρ of a ranking of the same layers with the worths.
     *
     * @param seed of the drawn conversations
     * @throws IllegalArgumentException if the ranking is of other layers
     */
    public Estimate spearman(Ranking other, long seed) {
        Estimate e =
                estimate(
                        losses.conversations(),
                        times -> Correlation.spearman(other, ranking(times)),
                        seed);
        return new Estimate(e.value(), Math.max(-1, e.low()), Math.min(1, e.high()));
    }

    /** A number of so many conversations, and the same of conversations drawn again. */
    static Estimate estimate(int conversations, ToDoubleFunction<int[]> of, long seed) {
        Random random = new Random(seed);
        double[] drawn = new double[DRAWS];
        for (int d = 0; d < DRAWS; d++) {
            int[] times = new int[conversations];
            for (int c = 0; c < conversations; c++) {
                times[random.nextInt(conversations)]++;
            }
            drawn[d] = of.applyAsDouble(times);
        }
        Arrays.sort(drawn);
        int[] once = new int[conversations];
        Arrays.fill(once, 1);
        double value = of.applyAsDouble(once);
        double by = value - Arrays.stream(drawn).average().orElseThrow();
        return new Estimate(value, drawn[TAIL] + by, drawn[DRAWS - 1 - TAIL] + by);
    }
}
