package dev.ila.train;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What happened in training, step by step.
 *
 * @param steps in order; stage 1 before stage 2
 */
public record History(List<Step> steps) {
    /** Takes a copy. */
    public History {
        steps = List.copyOf(steps);
    }

    /** This history and one more step. */
    public History plus(Step step) {
        List<Step> all = new ArrayList<>(steps);
        all.add(step);
        return new History(all);
    }

    /** The steps of one stage. */
    public List<Step> stage(int stage) {
        return steps.stream().filter(s -> s.stage() == stage).toList();
    }

    /**
     * One optimizer step.
     *
     * @param stage 1 (Δθ) or 2 (mask)
     * @param step from 1, within its stage
     * @param loss mean over the supervised tokens of the effective batch, in nats, before the step
     * @param learningRate the rate it was made with
     * @param gradientNorm before clipping
     * @param tokens real tokens of the effective batch, padding left out
     * @param seconds wall time of the step; the one column that differs between equal runs
     * @param heldOut mean loss over held-out supervised tokens after the step, where it was measured
     */
    public record Step(
            int stage,
            int step,
            double loss,
            double learningRate,
            double gradientNorm,
            long tokens,
            double seconds,
            OptionalDouble heldOut) {}
}
