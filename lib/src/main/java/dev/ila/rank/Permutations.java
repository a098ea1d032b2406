package dev.ila.rank;

import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What statistics come to when each ranking's scores are shuffled among its layers. */
final class Permutations {
    private static final int LEAST_DRAWS = 40;
    private static final int AT_ONCE = 64;

    private Permutations() {}

    /** One group of all layers: any layer may get any score. */
    static List<int[]> uniform(int layers) {
        return List.of(IntStream.range(0, layers).toArray());
    }

    /**
     * A group for each kind of projection. Every ranking that puts, say, all {@code v_proj} above
     * all {@code q_proj} agrees with every other that does; a shuffle within groups keeps that and
     * destroys the rest.
     *
     * @param layers in the order of their indices
     */
    static List<int[]> withinProjections(List<LinearLayer> layers) {
        Map<String, List<Integer>> kinds = new LinkedHashMap<>();
        for (int i = 0; i < layers.size(); i++) {
            kinds.computeIfAbsent(layers.get(i).projection(), k -> new ArrayList<>()).add(i);
        }
        return kinds.values().stream()
                .map(places -> places.stream().mapToInt(Integer::intValue).toArray())
                .toList();
    }

    /**
     * Statistics of shuffled rankings.
     *
     * @param groups places among which scores are shuffled
     * @param rankings how many are shuffled, each by itself
     * @param draws 40 or more
     * @param statistics of one draw, by the layer from which each place of each ranking gets its
     *     score; called on several threads
     * @return [draw][statistic]; the same for the same seed
     */
    static double[][] statistics(
            List<int[]> groups,
            int rankings,
            int draws,
            long seed,
            Function<List<int[]>, double[]> statistics) {
        Require.atLeast(LEAST_DRAWS, draws, "draws");
        Random random = new Random(seed);
        double[][] all = new double[draws][];
        for (int from = 0; from < draws; from += AT_ONCE) {
            int first = from;
            List<List<int[]>> some = new ArrayList<>();
            for (int draw = from; draw < Math.min(draws, from + AT_ONCE); draw++) {
                some.add(draw(groups, rankings, random));
            }
            IntStream.range(0, some.size())
                    .parallel()
                    .forEach(i -> all[first + i] = statistics.apply(some.get(i)));
        }
        return all;
    }

    private static List<int[]> draw(List<int[]> groups, int rankings, Random random) {
        List<int[]> orders = new ArrayList<>();
        for (int r = 0; r < rankings; r++) {
            int[] order =
                    IntStream.range(0, groups.stream().mapToInt(g -> g.length).sum()).toArray();
            for (int[] places : groups) {
                for (int i = places.length - 1; i > 0; i--) {
                    int j = random.nextInt(i + 1);
                    int kept = order[places[i]];
                    order[places[i]] = order[places[j]];
                    order[places[j]] = kept;
                }
            }
            orders.add(order);
        }
        return orders;
    }

    /** Values where a draw has put them. */
    static double[] apply(double[] values, int... order) {
        double[] moved = new double[order.length];
        for (int i = 0; i < order.length; i++) {
            moved[i] = values[order[i]];
        }
        return moved;
    }

    /** The same of several rankings. */
    static double[][] apply(double[][] values, List<int[]> orders) {
        double[][] moved = new double[values.length][];
        Arrays.setAll(moved, r -> apply(values[r], orders.get(r)));
        return moved;
    }
}
