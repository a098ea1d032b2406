package dev.ila.train;

import dev.ila.run.Require;
import dev.ila.torch.Change;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.SvdFactors;
import java.util.Arrays;
import java.util.List;

/**
 * AdaLoRA (arXiv 2303.10512): every layer begins with the same rank, and those triplets of P·λ·Q
 * that matter least are taken away, by and by, until a budget for all layers together is reached. A
 * layer may lose all of its own.
 *
 * <p>The factor of Δθᵢ stays that of the rank at the beginning, α / initial rank, as PEFT has it
 * while it trains.
 */
public final class AdaLora extends Unmasked {
    /**
     * How the budget falls, and by what.
     *
     * @param target triplets of all layers at the end
     * @param first steps before it begins to fall
     * @param last steps at the end in which it stays at the target
     * @param every steps between two cuts
     * @param orthogonality weight of how far P and Q are from orthogonal, in the loss
     * @param beta1 decay of the mean importance
     * @param beta2 decay of its uncertainty
     */
    public record Settings(
            int target,
            int first,
            int last,
            int every,
            double orthogonality,
            double beta1,
            double beta2) {
        /** Checks each value. */
        public Settings {
            Require.atLeast(1, target, "target of AdaLoRA's budget");
            Require.atLeast(0, first, "first steps of AdaLoRA");
            Require.atLeast(0, last, "last steps of AdaLoRA");
            Require.atLeast(1, every, "steps between AdaLoRA's cuts");
            Require.between(0, 1e6, orthogonality, "orthogonality");
            Require.between(0, 0.999999, beta1, "beta1 of importance");
            Require.between(0, 0.999999, beta2, "beta2 of importance");
        }

        /** Triplets after a step, from 1: falls with the cube of what is left of the way. */
        int budget(int step, int steps, int initial) {
            if (step <= first) {
                return initial;
            } else if (step >= steps - last) {
                return target;
            }
            double left = 1 - (double) (step - first) / (steps - last - first);
            return (int) ((initial - target) * left * left * left + target);
        }

        /** Whether triplets are taken away after a step of the way down. */
        boolean cuts(int step, int steps) {
            int end = steps - last;
            return step > first && step <= end && (step == end || step % every == 0);
        }
    }

    private final SvdFactors factors;
    private final Settings settings;
    private final int steps;
    private final int triplets;
    private boolean[] alive = new boolean[0];

    /**
     * A training of factors.
     *
     * @param gamma ones, one for each layer
     * @param steps of the whole training
     * @param triplets of all layers at the beginning
     */
    public AdaLora(SvdFactors factors, float[] gamma, Settings settings, int steps, int triplets) {
        super(gamma);
        this.factors = factors;
        this.settings = settings;
        this.steps = steps;
        this.triplets = triplets;
        Require.that(
                settings.target() <= triplets,
                settings.target(),
                "target of AdaLoRA's budget",
                "at most the " + triplets + " at the beginning");
        Require.that(
                settings.first() + settings.last() < steps,
                settings.first() + " and " + settings.last(),
                "first and last steps of AdaLoRA",
                "together below all " + steps);
    }

    @Override
    public DeviceVector values() {
        return factors.values();
    }

    @Override
    public Change change() {
        return factors.change();
    }

    @Override
    public void finish(DeviceVector gradient) {
        factors.finish(gradient, settings.orthogonality());
    }

    @Override
    public List<DeviceVector> means() {
        return factors.means();
    }

    @Override
    public void begin(int step) {
        // What was taken away has λ = 0, and nothing else has.
        alive = step >= steps - settings.last() ? alive() : new boolean[0];
    }

    private boolean[] alive() {
        float[] values = factors.values().values();
        boolean[] alive = new boolean[triplets];
        for (int i = 0; i < triplets; i++) {
            alive[i] = values[values.length - triplets + i] != 0;
        }
        return alive;
    }

    @Override
    public void stepped(int step, DeviceVector gradient) {
        int end = steps - settings.last();
        if (step > end) {
            // The step has moved λ that was taken away; it does not come back.
            factors.keep(alive);
            return;
        }
        // At the end of the way the step itself is not counted any more, as in PEFT.
        double beta1 = step == end ? 1 : settings.beta1();
        double beta2 = step == end ? 1 : settings.beta2();
        float[] importance = factors.importance(gradient, beta1, beta2);
        if (settings.cuts(step, steps)) {
            alive = best(importance, settings.budget(step, steps, triplets));
            factors.keep(alive);
        }
    }

    /** Those above the value that as many as are too many do not exceed, as PEFT takes them. */
    private static boolean[] best(float[] importance, int budget) {
        boolean[] keep = new boolean[importance.length];
        Arrays.fill(keep, true);
        if (budget < importance.length) {
            float[] sorted = importance.clone();
            Arrays.sort(sorted);
            float threshold = sorted[importance.length - budget - 1];
            for (int i = 0; i < keep.length; i++) {
                keep[i] = importance[i] > threshold;
            }
        }
        return keep;
    }

    @Override
    public void close() {
        factors.close();
    }
}
