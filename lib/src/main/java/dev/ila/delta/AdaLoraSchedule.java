package dev.ila.delta;

import dev.ila.run.Require;

/**
 * How AdaLoRA (arXiv 2303.10512) came from one rank of all layers to those that are left, as PEFT
 * keeps it with such an adapter.
 *
 * @param initial rank of every layer at the beginning, PEFT's {@code init_r}
 * @param target rank of a layer in the mean at the end, {@code target_r}
 * @param first steps before the ranks fall, {@code tinit}
 * @param last steps at the end in which they stay, {@code tfinal}
 * @param steps of all the training, {@code total_step}
 */
public record AdaLoraSchedule(int initial, int target, int first, int last, int steps) {
    /** Checks each value. */
    public AdaLoraSchedule {
        Require.atLeast(1, initial, "initial rank");
        Require.atLeast(1, target, "target of AdaLoRA's ranks");
        Require.atLeast(0, first, "first steps of AdaLoRA");
        Require.atLeast(0, last, "last steps of AdaLoRA");
        // PEFT refuses to load anything else.
        Require.that(
                (long) first + last < steps,
                first + " and " + last,
                "first and last steps of AdaLoRA",
                "together below all " + steps);
    }
}
