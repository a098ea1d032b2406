package dev.ila.model;

import dev.ila.torch.Variant;

/**
 * The numbers that make one Llama-shaped model, from its {@code config.json}.
 *
 * @param family {@code model_type} of the configuration, as {@code llama}
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
     * @param variant how it differs from Llama's
     */
    public record Attention(
            int heads, int keyValueHeads, int headSize, Rope rope, Variant variant) {}
}
