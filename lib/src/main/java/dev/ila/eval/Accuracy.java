package dev.ila.eval;

import dev.ila.run.Require;
import java.util.List;
import java.util.function.Predicate;
import org.apache.commons.math3.stat.interval.ConfidenceInterval;
import org.apache.commons.math3.stat.interval.WilsonScoreInterval;

/**
 * A share of right answers.
 *
 * @param right how many
 * @param of of how many
 * @param low of its 95 % interval (Wilson's)
 * @param high of that interval
 * @param chance what guessing comes to: the mean of 1 / choices
 */
public record Accuracy(int right, int of, double low, double high, double chance) {
    private static final double LEVEL = 0.95;

    /** Of some questions, by a choice. */
    public static Accuracy of(List<Judged> judged, Predicate<Judged> isRight) {
        Require.atLeast(1, judged.size(), "number of questions");
        int right = (int) judged.stream().filter(isRight).count();
        ConfidenceInterval interval =
                new WilsonScoreInterval().createInterval(judged.size(), right, LEVEL);
        double chance =
                judged.stream()
                        .mapToDouble(j -> 1.0 / j.question().choices().size())
                        .average()
                        .orElseThrow();
        return new Accuracy(
                right,
                judged.size(),
                Math.max(0, interval.getLowerBound()),
                Math.min(1, interval.getUpperBound()),
                chance);
    }

    /** The share itself. */
    public double share() {
        return (double) right / of;
    }
}
