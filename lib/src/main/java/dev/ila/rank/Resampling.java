package dev.ila.rank;

import dev.ila.rank.Contrast.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Intervals by drawing runs again (bootstrap). Layers are never drawn: they are all there are, and
 * depend on each other.
 */
final class Resampling {
    private Resampling() {}

    /**
     * Middle 95 % of a contrast's mean over draws of the runs, with replacement, within each set of
     * runs that differ by their seed alone. A run is never paired with itself.
     *
     * @param likeness of two runs by their places, NaN where it has no value
     * @param pairs of runs in the contrast, by their places
     * @return nothing if no set has two runs
     */
    static Optional<Interval> interval(
            List<RankedRun> runs,
            List<int[]> pairs,
            double[] likeness,
            Comparison.Settings settings) {
        Map<Map<String, String>, List<Integer>> sets = new LinkedHashMap<>();
        for (int i = 0; i < runs.size(); i++) {
            sets.computeIfAbsent(runs.get(i).factors(), f -> new ArrayList<>()).add(i);
        }
        boolean varies =
                pairs.stream()
                        .flatMapToInt(Arrays::stream)
                        .anyMatch(run -> sets.get(runs.get(run).factors()).size() > 1);
        if (!varies) {
            return Optional.empty();
        }
        Random random = new Random(settings.seed());
        double[] means = new double[settings.draws()];
        for (int draw = 0; draw < means.length; draw++) {
            means[draw] = mean(draw(sets, runs.size(), random), pairs, likeness);
        }
        // A draw of one run only, again and again, has no pair.
        Chance drawn = Chance.of(means);
        return drawn.draws() == 0
                ? Optional.empty()
                : Optional.of(new Interval(drawn.low(), drawn.high()));
    }

    /** How often each run is drawn. */
    private static int[] draw(
            Map<Map<String, String>, List<Integer>> sets, int runs, Random random) {
        int[] times = new int[runs];
        for (List<Integer> set : sets.values()) {
            for (int i = 0; i < set.size(); i++) {
                times[set.get(random.nextInt(set.size()))]++;
            }
        }
        return times;
    }

    private static double mean(int[] times, List<int[]> pairs, double... likeness) {
        double sum = 0;
        double weights = 0;
        for (int i = 0; i < likeness.length; i++) {
            double weight = times[pairs.get(i)[0]] * times[pairs.get(i)[1]];
            if (weight > 0 && !Double.isNaN(likeness[i])) {
                sum += weight * likeness[i];
                weights += weight;
            }
        }
        return sum / weights;
    }
}
