package dev.ila.rank;

import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Are the important layers the same? Rankings of several runs, each compared with each (paper
 * §3.2).
 *
 * <p>Pairs are put together by what their runs differ in ({@link RankedRun#contrastTo}). Beside
 * every figure stand three references: chance if any layer may get any score, chance if scores stay
 * within their kind of projection, and the contrast of runs that differ by their seed alone.
 *
 * <p>Layers with equal scores are equal for every measure: at a cut through them each is among the
 * top k by its chance to be there, in whatever order they stand in a file.
 */
public final class Comparison {
    /**
     * What to compute.
     *
     * @param cuts shares of layers that count as important, above 0 and below 1
     * @param persistence of rank-biased overlap, above 0 and below 1
     * @param draws shuffles behind each band, and draws behind each interval; 40 or more
     * @param seed of both
     */
    public record Settings(List<Double> cuts, double persistence, int draws, long seed) {
        /** Checks each value. */
        public Settings {
            cuts = List.copyOf(cuts);
            Require.atLeast(1, cuts.size(), "number of cuts");
            for (double cut : cuts) {
                Require.that(cut > 0 && cut < 1, cut, "cut", "above 0 and below 1");
            }
        }

        /** Top 75 % (the paper's), 30 % and 10 %; p = 0.9; 1000 draws. */
        public static Settings defaults() {
            return new Settings(List.of(0.75, 0.3, 0.1), 0.9, 1000, 1);
        }
    }

    private final List<RankedRun> runs;
    private final Settings settings;
    private final List<LinearLayer> layers;

    /** By what they differ in: pairs of places in {@link #runs}. */
    private final Map<String, List<int[]>> pairs = new TreeMap<>(Comparison::seedFirst);

    private Comparison(List<RankedRun> runs, Settings settings) {
        this.runs = List.copyOf(runs);
        this.settings = settings;
        this.layers = runs.get(0).ranking().layersByIndex();
        for (int a = 0; a < runs.size(); a++) {
            for (int b = a + 1; b < runs.size(); b++) {
                String differs = runs.get(a).contrastTo(runs.get(b));
                pairs.computeIfAbsent(differs, d -> new ArrayList<>()).add(new int[] {a, b});
            }
        }
    }

    private static int seedFirst(String a, String b) {
        boolean first = a.equals(Contrast.SEED);
        return first == b.equals(Contrast.SEED) ? a.compareTo(b) : first ? -1 : 1;
    }

    /**
     * Takes runs to compare.
     *
     * @param runs two or more with different names, over the same layers ({@link Alignment})
     */
    public static Comparison of(List<RankedRun> runs, Settings settings) {
        Require.atLeast(2, runs.size(), "number of rankings to compare");
        Map<String, RankedRun> names = new LinkedHashMap<>();
        for (RankedRun run : runs) {
            Require.that(
                    names.put(run.name(), run) == null,
                    run.name(),
                    "name of a run",
                    "its own only");
            Correlation.sameLayers(runs.get(0).ranking(), run.ranking());
        }
        return new Comparison(runs, settings);
    }

    /** What is compared. */
    public List<RankedRun> runs() {
        return runs;
    }

    /** What is computed. */
    public Settings settings() {
        return settings;
    }

    /** Rankings by the names of their runs. */
    public Map<String, Ranking> rankings() {
        Map<String, Ranking> rankings = new LinkedHashMap<>();
        runs.forEach(run -> rankings.put(run.name(), run.ranking()));
        return rankings;
    }

    /** Names of the contrasts there are, the seed's first. */
    public List<String> contrasts() {
        return List.copyOf(pairs.keySet());
    }

    /**
     * The measures that {@link #table} has: Jaccard at each cut, Spearman, Kendall, rank-biased.
     */
    public List<Measure> measures() {
        List<Measure> measures = new ArrayList<>();
        for (double cut : settings.cuts()) {
            measures.add(Measure.jaccard(runs.get(0).ranking().count(cut), cut));
        }
        measures.add(Measure.spearman());
        measures.add(Measure.kendall());
        measures.add(Measure.rankBiased(settings.persistence()));
        return measures;
    }

    /** Each contrast by each measure. */
    public List<Contrast> table() {
        return table(measures());
    }

    /** Each contrast by the measures of a kind of projection's layers alone, by its name. */
    public Map<String, List<Contrast>> byProjection() {
        return parts(LinearLayer::projection);
    }

    /** Each contrast by the measures of a block's layers alone, by its number. */
    public Map<String, List<Contrast>> byDepth() {
        return parts(l -> String.valueOf(l.block()));
    }

    private Map<String, List<Contrast>> parts(Function<LinearLayer, String> kind) {
        Map<String, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < layers.size(); i++) {
            places.computeIfAbsent(kind.apply(layers.get(i)), k -> new ArrayList<>()).add(i);
        }
        Measure jaccard = measures().get(0);
        List<Measure> measures = new ArrayList<>();
        for (List<Integer> p : places.values()) {
            int[] own = p.stream().mapToInt(i -> i).toArray();
            measures.add(jaccard.among(own));
            measures.add(Measure.spearman().among(own));
        }
        List<Contrast> all = table(measures);
        Map<String, List<Contrast>> parts = new LinkedHashMap<>();
        List<String> names = List.copyOf(places.keySet());
        for (int i = 0; i < all.size(); i++) {
            String name = names.get(i % measures.size() / 2);
            parts.computeIfAbsent(name, n -> new ArrayList<>()).add(all.get(i));
        }
        return parts;
    }

    /**
     * A pair of runs and how alike they are.
     *
     * @param differs as {@link Contrast#differs}
     * @param values one for each of {@link #measures}, NaN where it has none
     */
    public record Likeness(RankedRun a, RankedRun b, String differs, List<Double> values) {}

    /** Each pair of runs by {@link #measures}. */
    public List<Likeness> pairs() {
        List<Measure> measures = measures();
        List<Likeness> all = new ArrayList<>();
        for (Map.Entry<String, List<int[]>> contrast : pairs.entrySet()) {
            for (int[] pair : contrast.getValue()) {
                RankedRun a = runs.get(pair[0]);
                RankedRun b = runs.get(pair[1]);
                List<Double> values =
                        measures.stream().map(m -> m.of(a.ranking(), b.ranking())).toList();
                all.add(new Likeness(a, b, contrast.getKey(), values));
            }
        }
        return all;
    }

    /** Overlap at every cut-off, a curve for each contrast. */
    public List<OverlapCurve> curves() {
        return OverlapCurve.of(runs, pairs, settings);
    }

    private List<Contrast> table(List<Measure> measures) {
        List<double[][]> values = new ArrayList<>();
        for (Measure m : measures) {
            values.add(runs.stream().map(r -> m.values(r.ranking())).toArray(double[][]::new));
        }
        double[][] uniform = shuffled(Permutations.uniform(layers.size()), measures, values);
        double[][] within = shuffled(Permutations.withinProjections(layers), measures, values);
        List<Contrast> table = new ArrayList<>();
        for (Map.Entry<String, List<int[]>> contrast : pairs.entrySet()) {
            for (int m = 0; m < measures.size(); m++) {
                double[] each = each(measures.get(m), contrast.getValue(), values.get(m));
                double[] some = Arrays.stream(each).filter(x -> !Double.isNaN(x)).toArray();
                int column = table.size();
                table.add(
                        new Contrast(
                                contrast.getKey(),
                                some.length,
                                measures.get(m).name(),
                                Measure.mean(some),
                                Arrays.stream(some).min().orElse(Double.NaN),
                                Arrays.stream(some).max().orElse(Double.NaN),
                                Resampling.interval(runs, contrast.getValue(), each, settings),
                                Chance.ofColumn(uniform, column),
                                Chance.ofColumn(within, column)));
            }
        }
        return table;
    }

    private static double[] each(Measure measure, List<int[]> pairs, double[]... values) {
        return pairs.stream()
                .mapToDouble(p -> measure.likeness().applyAsDouble(values[p[0]], values[p[1]]))
                .toArray();
    }

    /** [draw][contrast and measure]: means over the pairs of each contrast. */
    private double[][] shuffled(
            List<int[]> groups, List<Measure> measures, List<double[][]> values) {
        return Permutations.statistics(
                groups,
                runs.size(),
                settings.draws(),
                settings.seed(),
                orders -> {
                    double[] means = new double[pairs.size() * measures.size()];
                    for (int m = 0; m < measures.size(); m++) {
                        double[][] moved = Permutations.apply(values.get(m), orders);
                        int contrast = 0;
                        for (List<int[]> some : pairs.values()) {
                            means[contrast++ * measures.size() + m] =
                                    Measure.mean(each(measures.get(m), some, moved));
                        }
                    }
                    return means;
                });
    }
}
