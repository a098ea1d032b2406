package dev.ila.model;

import dev.ila.run.Require;
import java.util.OptionalInt;

/**
 * The numbers that make one Llama-shaped model, from its {@code config.json}.
 *
 * @param family {@code model_type} of the configuration, {@code llama} or {@code mistral}
 * @param blocks number of transformer blocks
 * @param hidden width of the residual stream
 * @param intermediate width of the feed-forward layer
 * @param vocabulary number of rows of the embedding
 * @param attention heads and rotary embedding
 * @param normEpsilon added to the mean square in RMSNorm
 * @param tiedHead whether the head is the embedding
 */
public record Architecture(
        String family,
        int blocks,
        int hidden,
        int intermediate,
        int vocabulary,
        Attention attention,
        double normEpsilon,
        boolean tiedHead) {

    /**
     * Grouped-query attention (GQA).
     *
     * @param heads query heads
     * @param keyValueHeads key and value heads, a divisor of {@code heads}
     * @param headSize width of one head, even
     * @param rope rotary position embedding
     * @param window how many tokens back a token may look, itself included; empty: all
     */
    public record Attention(
            int heads, int keyValueHeads, int headSize, Rope rope, OptionalInt window) {}

    /**
     * Fails if texts may be longer than the attention's window: beyond it this library would look
     * at tokens that the model does not see. Up to it there is no difference.
     *
     * @param length of the longest, in tokens
     * @param name of the length in the message, as {@code --max-length}
     */
    public void requireInWindow(int length, String name) {
        int window = attention.window().orElse(length);
        Require.that(
                length <= window,
                length,
                name,
                "at most "
                        + window
                        + ", the model's sliding window, beyond which it is not computed");
    }
}
