package dev.ila.torch;

import dev.ila.run.Require;
import java.util.List;

/**
 * How a network's attention differs from Llama's.
 *
 * @param bias whether q, k and v have one
 * @param headNorms whether each head of q and of k goes through an RMSNorm before it is turned
 * @param windows how many tokens back a token sees in each block, itself included; 0: all. Empty:
 *     all in every block
 */
public record Variant(boolean bias, boolean headNorms, List<Integer> windows) {
    /** Llama itself. */
    public static final Variant LLAMA = new Variant(false, false, List.of());

    /** Takes a copy. */
    public Variant {
        windows = List.copyOf(windows);
        for (int window : windows) {
            Require.atLeast(0, window, "window");
        }
    }

    /** The window of a block; 0: none. */
    public int window(int block) {
        return windows.isEmpty() ? 0 : windows.get(block);
    }
}
