package dev.ila.rank;

import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Layers in order of importance, the most important first (paper §2.3: descending σ(sᵢ)).
 *
 * <p>Equal scores are put in the order of the layers' indices, for want of another; {@link #tied}
 * tells how many there are, {@link #meanRanks} makes no difference between them.
 *
 * @param scores by rank, from 1
 */
public record Ranking(List<LayerScore> scores) {
    /** Checks order, ranks and that no layer comes twice. */
    public Ranking {
        scores = List.copyOf(scores);
        Require.atLeast(1, scores.size(), "number of ranked layers");
        Set<Integer> seen = new LinkedHashSet<>();
        for (int i = 0; i < scores.size(); i++) {
            LayerScore s = scores.get(i);
            String of = " of " + s.layer().name();
            finite(s.score(), "score" + of);
            finite(s.logit(), "logit" + of);
            Require.that(s.rank() == i + 1, s.rank(), "rank" + of, "its place, " + (i + 1));
            Require.that(
                    i == 0 || s.score() <= scores.get(i - 1).score(),
                    s.score(),
                    "score" + of,
                    "at most that of rank " + i);
            Require.that(
                    seen.add(s.layer().index()),
                    s.layer().index(),
                    "index" + of,
                    "that of no other layer");
        }
    }

    private static void finite(double value, String name) {
        Require.that(Double.isFinite(value), value, name, "a finite number");
    }

    /**
     * Ranks by any criterion, higher is more important; logit and score are both the value.
     *
     * @param layers in any order
     * @param values one for each layer
     */
    public static Ranking of(List<LinearLayer> layers, double[] values) {
        return of(layers, values, values);
    }

    /**
     * Ranks by a learned mask: score = σ(s).
     *
     * @param layers in any order
     * @param logits s, one for each layer
     */
    public static Ranking ofMask(List<LinearLayer> layers, double[] logits) {
        double[] scores = new double[logits.length];
        for (int i = 0; i < scores.length; i++) {
            // StrictMath: the same bits on every machine.
            scores[i] = 1 / (1 + StrictMath.exp(-logits[i]));
        }
        return of(layers, logits, scores);
    }

    private static Ranking of(List<LinearLayer> layers, double[] logits, double[] values) {
        Require.that(
                layers.size() == values.length,
                values.length,
                "number of scores",
                "that of layers (" + layers.size() + ")");
        List<LayerScore> unranked = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            // Minus zero would be ranked below zero.
            unranked.add(new LayerScore(layers.get(i), logits[i] + 0.0, values[i] + 0.0, 0));
        }
        unranked.sort(
                Comparator.comparingDouble(LayerScore::score)
                        .reversed()
                        .thenComparingInt(s -> s.layer().index()));
        List<LayerScore> ranked = new ArrayList<>();
        for (LayerScore s : unranked) {
            ranked.add(new LayerScore(s.layer(), s.logit(), s.score(), ranked.size() + 1));
        }
        return new Ranking(ranked);
    }

    /** Number of layers. */
    public int size() {
        return scores.size();
    }

    /** The same scores in the order of the layers' indices. */
    public List<LayerScore> byIndex() {
        return scores.stream().sorted(Comparator.comparingInt(s -> s.layer().index())).toList();
    }

    /** The layers in the order of their indices. */
    List<LinearLayer> layersByIndex() {
        return byIndex().stream().map(LayerScore::layer).toList();
    }

    /**
     * The ranks in the order of the layers' indices, where layers of equal score share the mean of
     * theirs.
     */
    double[] meanRanks() {

        double[] byRank = new double[scores.size()];
        for (int i = 0; i < byRank.length; ) {
            int end = i + 1;
            while (end < byRank.length && scores.get(end).score() == scores.get(i).score()) {
                end++;
            }
            Arrays.fill(byRank, i, end, (i + 1 + end) / 2.0);
            i = end;
        }
        return byIndex().stream().mapToDouble(s -> byRank[s.rank() - 1]).toArray();
    }

    /** Number of layers that share their score with another. */
    public int tied() {
        int tied = 0;
        for (int i = 0; i < scores.size(); i++) {
            double score = scores.get(i).score();
            boolean before = i > 0 && scores.get(i - 1).score() == score;
            boolean after = i + 1 < scores.size() && scores.get(i + 1).score() == score;
            tied += before || after ? 1 : 0;
        }
        return tied;
    }

    /**
     * How many layers a share of them is: the nearest whole number, a half rounded up, at least 1.
     *
     * @param share above 0, at most 1
     */
    public int count(double share) {
        Require.that(share > 0 && share <= 1, share, "share", "above 0 and at most 1");
        return (int) Math.max(1, Math.round(share * scores.size()));
    }

    /** The most important {@link #count} layers, by rank (the paper takes a share of 0.75). */
    public Set<LinearLayer> top(double share) {
        return top(count(share));
    }

    /** The most important {@code count} layers, by rank. */
    public Set<LinearLayer> top(int count) {
        Require.that(
                count >= 0 && count <= size(), count, "count", "between 0 and " + scores.size());
        Set<LinearLayer> top = new LinkedHashSet<>();
        scores.subList(0, count).forEach(s -> top.add(s.layer()));
        return Collections.unmodifiableSet(top);
    }

    /** The part of all ranked layers' weights that is in the most important {@code count}. */
    public double parameterShare(int count) {
        return (double) parameters(top(count)) / parameters(top(size()));
    }

    private static long parameters(Set<LinearLayer> layers) {
        return layers.stream().mapToLong(LinearLayer::parameters).sum();
    }

    /** One summary for each kind of projection, the highest mean score first. */
    public List<LayerGroup> byProjection() {
        return LayerGroup.of(byIndex(), LinearLayer::projection).stream()
                .sorted(Comparator.comparingDouble(LayerGroup::meanScore).reversed())
                .toList();
    }

    /** One summary for each block, in the order of depth. */
    public List<LayerGroup> byDepth() {
        return LayerGroup.of(byIndex(), layer -> String.valueOf(layer.block()));
    }

    /**
     * The table {@code scores.csv}: {@code
     * layer,block,projection,parameters,logit,score,rank,index,outputs,inputs}, by rank. Equal
     * rankings give equal bytes.
     */
    public String toCsv() {
        return RankingCsv.text(this);
    }

    /**
     * Reads what {@link #toCsv} made; it comes back equal.
     *
     * @throws java.io.UncheckedIOException if it cannot be read or is no such table; the message
     *     names file and line
     */
    public static Ranking fromCsv(Path file) {
        return RankingCsv.read(file);
    }

    /**
     * Reads what {@link #toCsv} made, or any other CSV with columns {@code layer} and {@code score}
     * ({@code model.layers.3.mlp.up_proj,0.98}), or JSON: an object of layers and scores, or a list
     * of objects with both. Of these the layers' sizes are unknown, and 0.
     *
     * @param notes takes what was left out, a line each
     * @throws IllegalArgumentException if a score is missing or no finite number, a layer comes
     *     twice, or a column is missing; the message names file and row
     */
    public static Ranking fromAny(Path file, List<String> notes) {
        return RankingCsv.isOwn(file) ? fromCsv(file) : ScoreTable.read(file, notes);
    }
}
