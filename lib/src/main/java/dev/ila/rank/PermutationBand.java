package dev.ila.rank;

import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The middle 95 % of a mean likeness of rankings after each ranking's scores have been shuffled
 * among layers of the same kind of projection.
 *
 * <p>Every ranking that puts, say, all {@code v_proj} above all {@code q_proj} agrees with every
 * other that does; the shuffle keeps that and destroys the rest. A mean above the band says that
 * rankings agree on more than the kind of projection.
 *
 * @param low 2.5 % of the draws are below
 * @param high 2.5 % of the draws are above
 * @param draws number of shuffles
 */
public record PermutationBand(double low, double high, int draws) {
    private static final int LEAST_DRAWS = 40;
    private static final double TAIL = 0.025;

    /** Shuffles values, which belong to the layers of {@code layout} in the order of index. */
    static PermutationBand of(
            Ranking layout, List<double[]> values, Pairwise measure, int draws, long seed) {
        Require.atLeast(LEAST_DRAWS, draws, "draws");
        List<int[]> kinds = kinds(layout);
        Random random = new Random(seed);
        double[] means = new double[draws];
        for (int draw = 0; draw < draws; draw++) {
            List<double[]> shuffled = new ArrayList<>();
            for (double[] v : values) {
                shuffled.add(shuffle(v, kinds, random));
            }
            means[draw] = Pairwise.mean(measure.pairs(shuffled));
        }
        Arrays.sort(means);
        int tail = (int) (TAIL * draws);
        return new PermutationBand(means[tail], means[draws - 1 - tail], draws);
    }

    private static List<int[]> kinds(Ranking layout) {
        Map<String, List<Integer>> kinds = new LinkedHashMap<>();
        List<LayerScore> layers = layout.byIndex();
        for (int i = 0; i < layers.size(); i++) {
            String kind = layers.get(i).layer().projection();
            kinds.computeIfAbsent(kind, k -> new ArrayList<>()).add(i);
        }
        return kinds.values().stream()
                .map(places -> places.stream().mapToInt(Integer::intValue).toArray())
                .toList();
    }

    private static double[] shuffle(double[] values, List<int[]> kinds, Random random) {
        double[] shuffled = values.clone();
        for (int[] places : kinds) {
            for (int i = places.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                double kept = shuffled[places[i]];
                shuffled[places[i]] = shuffled[places[j]];
                shuffled[places[j]] = kept;
            }
        }
        return shuffled;
    }
}
