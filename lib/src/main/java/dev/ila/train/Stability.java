package dev.ila.train;

import dev.ila.run.Require;
import java.util.List;
import java.util.Optional;

/**
 * The test for ε-stability (paper §3): training is stable at the first evaluation where the mean
 * held-out loss of the last {@code window} evaluations differs by less than {@code epsilon} from
 * the mean of the {@code window} before them.
 *
 * <p>Only evaluations after warm-up count. The paper asks for a change below ε between steps; ours
 * is between windows of several steps, so it is the stricter one for the same ε.
 *
 * @param epsilon in nats per token
 * @param window number of evaluations
 */
public record Stability(double epsilon, int window) {
    /** Below this share of the highest rate, a stable loss says that the rate fell. */
    static final double BY_SCHEDULE = 0.2;

    /** Checks both. */
    public Stability {
        Require.positive(epsilon, "epsilon");
        Require.atLeast(1, window, "window");
    }

    /** ε = 0.01 nats over windows of 3 evaluations. */
    public static Stability defaults() {
        return new Stability(0.01, 3);
    }

    /**
     * Where training became stable.
     *
     * @param step the first stable evaluation's
     * @param bySchedule whether the rate was by then below a fifth of its peak, so that the loss
     *     may stand still for the rate's sake
     * @param change the difference of the two windows' means, in nats
     */
    public record Point(int step, boolean bySchedule, double change) {}

    /** The first point of stability in the steps of one stage, if it was reached. */
    public Optional<Point> find(List<History.Step> steps, Schedule schedule) {
        List<History.Step> evaluations =
                steps.stream()
                        .filter(s -> s.heldOut().isPresent() && s.step() > schedule.warmupSteps())
                        .toList();
        for (int end = 2 * window; end <= evaluations.size(); end++) {
            double last = mean(evaluations.subList(end - window, end));
            double before = mean(evaluations.subList(end - 2 * window, end - window));
            if (Math.abs(last - before) < epsilon) {
                History.Step at = evaluations.get(end - 1);
                boolean slow = at.learningRate() < BY_SCHEDULE * schedule.rate();
                return Optional.of(new Point(at.step(), slow, last - before));
            }
        }
        return Optional.empty();
    }

    private static double mean(List<History.Step> steps) {
        return steps.stream().mapToDouble(s -> s.heldOut().orElseThrow()).average().orElseThrow();
    }
}
