package dev.ila.rank;

import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import org.apache.commons.math3.stat.correlation.KendallsCorrelation;
import org.apache.commons.math3.stat.correlation.PearsonsCorrelation;
import org.apache.commons.math3.stat.ranking.NaturalRanking;

/**
 * A likeness of two rankings as a function of one number for each layer: its score for Spearman's ρ
 * and Kendall's τ, its mean rank for rank-biased overlap, its chance to be among the top k for
 * Jaccard's, which is 0 or 1 unless layers of equal score stand on both sides of the cut. Shuffled
 * numbers are an unrelated ranking's.
 *
 * @param name as a table shows it
 * @param numbers of a ranking's layers, in the order of their indices; ranks count from 1
 * @param likeness of two rankings by their numbers, in the order of the layers' indices; NaN where
 *     it has no value
 */
public record Measure(
        String name,
        Function<Ranking, double[]> numbers,
        ToDoubleBiFunction<double[], double[]> likeness) {
    /** Spearman's ρ, as {@link Correlation#spearman}. */
    public static Measure spearman() {
        return new Measure("Spearman", Measure::scores, Measure::spearman);
    }

    // Equal scores alone have no correlation: NaN.
    private static double spearman(double[] x, double[] y) {
        NaturalRanking ranks = new NaturalRanking();
        return x.length < 2
                ? Double.NaN
                : new PearsonsCorrelation().correlation(ranks.rank(x), ranks.rank(y));
    }

    /** Kendall's τ-b, as {@link Correlation#kendall}. */
    public static Measure kendall() {
        return new Measure(
                "Kendall", Measure::scores, (x, y) -> new KendallsCorrelation().correlation(x, y));
    }

    /**
     * Jaccard's |A ∩ B| / |A ∪ B| of the k most important layers, as {@link Overlap}.
     *
     * @param share that k is of the layers, for the name
     */
    public static Measure jaccard(int k, double share) {
        String name = "Jaccard at " + Math.round(1000 * share) / 10.0 + " %";
        return new Measure(name.replace(".0 %", " %"), r -> among(r, k), Measure::jaccard);
    }

    private static double jaccard(double[] x, double[] y) {
        double shared = 0;
        double named = 0;
        for (int i = 0; i < x.length; i++) {
            shared += x[i] * y[i];
            named += x[i] + y[i] - x[i] * y[i];
        }
        return named == 0 ? Double.NaN : shared / named;
    }

    private static double[] scores(Ranking ranking) {
        return ranking.byIndex().stream().mapToDouble(LayerScore::score).toArray();
    }

    /** The chance of each layer to be among the top k, if equal ones are ordered by lot. */
    private static double[] among(Ranking ranking, int k) {
        double score = ranking.scores().get(k - 1).score();
        double above = 0;
        double equal = 0;
        for (LayerScore s : ranking.scores()) {
            above += s.score() > score ? 1 : 0;
            equal += s.score() == score ? 1 : 0;
        }
        double chance = (k - above) / equal;
        return ranking.byIndex().stream()
                .mapToDouble(s -> s.score() > score ? 1 : s.score() == score ? chance : 0)
                .toArray();
    }

    /**
     * Rank-biased overlap of Webber, Moffat and Zobel (2010), extrapolated (their
     * RBO<sub>EXT</sub>, eq. 30, of two whole lists): the mean of the shares of layers that the top
     * d have in common, depth d weighted by p<sup>d</sup>. Of 0.9, the first ten ranks have 86 % of
     * the weight.
     *
     * @param persistence p, above 0 and below 1
     */
    public static Measure rankBiased(double persistence) {
        Require.that(
                persistence > 0 && persistence < 1,
                persistence,
                "persistence",
                "above 0 and below 1");
        return new Measure(
                "RBO, p = " + persistence,
                Ranking::meanRanks,
                (x, y) -> rankBiased(Overlap.shared(x, y), persistence));
    }

    /** By the number of layers that the top 1, 2, … of both have in common. */
    static double rankBiased(double[] shared, double p) {
        double sum = 0;
        double weight = 1;
        for (int d = 1; d <= shared.length; d++) {
            weight *= p;
            sum += weight * shared[d - 1] / d;
        }
        return weight * shared[shared.length - 1] / shared.length + (1 - p) / p * sum;
    }

    /** The same of some layers only, by their places in the order of indices. */
    Measure among(int... places) {
        return new Measure(
                name, numbers, (x, y) -> likeness.applyAsDouble(pick(x, places), pick(y, places)));
    }

    private static double[] pick(double[] x, int... places) {
        return Arrays.stream(places).mapToDouble(i -> x[i]).toArray();
    }

    /** One number for each layer, in the order of their indices. */
    double[] values(Ranking ranking) {
        return numbers.apply(ranking);
    }

    /** The likeness of two rankings of the same layers. */
    public double of(Ranking a, Ranking b) {
        Correlation.sameLayers(a, b);
        return likeness.applyAsDouble(values(a), values(b));
    }

    /** The likeness of each with each. */
    double[] pairs(List<double[]> values) {
        List<Double> pairs = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            for (int j = i + 1; j < values.size(); j++) {
                pairs.add(likeness.applyAsDouble(values.get(i), values.get(j)));
            }
        }
        return pairs.stream().mapToDouble(x -> x).toArray();
    }

    /** The mean of the values that there are; NaN if there is none. */
    static double mean(double... values) {
        return Arrays.stream(values).filter(x -> !Double.isNaN(x)).average().orElse(Double.NaN);
    }
}
