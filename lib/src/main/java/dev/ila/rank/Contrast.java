package dev.ila.rank;

import java.util.Optional;

/**
 * How much rankings agree whose runs differ in the same thing, by one measure, beside what they
 * would by chance and what the seed alone leaves of it.
 *
 * @param differs in what: {@link #SEED}, or factors as {@code data}
 * @param pairs number of pairs of runs
 * @param measure its name
 * @param mean over all pairs
 * @param least of any pair
 * @param most of any pair
 * @param interval middle 95 % of the mean when runs are drawn again, with replacement, within each
 *     set of runs that differ by their seed; absent if no set has two
 * @param uniform if any layer may get any score
 * @param withinProjections if scores are shuffled within each kind of projection
 */
public record Contrast(
        String differs,
        int pairs,
        String measure,
        double mean,
        double least,
        double most,
        Optional<Interval> interval,
        Chance uniform,
        Chance withinProjections) {
    /** The seed alone differs: the most that can be expected of other contrasts, the ceiling. */
    public static final String SEED = "seed";

    /** Follows a contrast's name if both runs of each pair have the same seed. */
    public static final String SAME_SEED = ", same seed";

    /** From where to where. */
    public record Interval(double low, double high) {}

    /** Whether the mean lies above both bands. */
    public boolean aboveChance() {
        return mean > uniform.high() && mean > withinProjections.high();
    }
}
