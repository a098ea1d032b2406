package dev.ila.torch;

import dev.ila.run.Require;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How a network's blocks differ from Llama's.
 *
 * @param bias whether q, k and v have one
 * @param headNorms whether each head of q and of k goes through an RMSNorm before it is turned
 * @param windows how many tokens back a token sees in each block, itself included; 0: all. Empty:
 *     all in every block
 * @param gemma what is Gemma's
 */
public record Variant(boolean bias, boolean headNorms, List<Integer> windows, Gemma gemma) {
    /** Llama itself. */
    public static final Variant LLAMA = new Variant(false, false, List.of());

    /** Takes a copy. */
    public Variant {
        windows = List.copyOf(windows);
        for (int window : windows) {
            Require.atLeast(0, window, "window");
        }
    }

    /** Without anything of Gemma's. */
    public Variant(boolean bias, boolean headNorms, List<Integer> windows) {
        this(bias, headNorms, windows, Gemma.NONE);
    }

    /**
     * What Gemma has and Llama has not.
     *
     * @param like whether the embedding is scaled by the root of its width, the gate is GeLU's, and
     *     norms multiply by 1 + their weight
     * @param postNorms whether attention and feed-forward have a norm after them as well
     * @param querySize queries are divided by its root; empty: by that of a head
     * @param attentionCap c of c·tanh(·/c) of attention's scores; empty: none
     * @param finalCap the same of the logits
     * @param localTheta base of the rotary embedding in blocks with a window; empty: as in others
     */
    public record Gemma(
            boolean like,
            boolean postNorms,
            OptionalDouble querySize,
            OptionalDouble attentionCap,
            OptionalDouble finalCap,
            OptionalDouble localTheta) {
        /** Nothing of it. */
        public static final Gemma NONE =
                new Gemma(
                        false,
                        false,
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty());
    }

    /** Numbers of a block beside those of a Llama's: biases and further norms. */
    public long numbers(Dimensions d) {
        long biases = bias ? d.outputs(0) + d.outputs(1) + d.outputs(2) : 0;
        long heads = headNorms ? 2L * d.headSize() : 0;
        return biases + heads + (gemma.postNorms() ? 2L * d.hidden() : 0);
    }

    /** The window of a block; 0: none. */
    public int window(int block) {
        return windows.isEmpty() ? 0 : windows.get(block);
    }
}
