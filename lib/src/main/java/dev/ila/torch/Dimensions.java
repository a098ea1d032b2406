package dev.ila.torch;

import dev.ila.run.Require;

/**
 * Sizes of a Llama-shaped network.
 *
 * @param blocks transformer blocks
 * @param hidden width of the residual stream
 * @param intermediate width of the feed-forward layer
 * @param vocabulary rows of the embedding
 * @param heads query heads
 * @param keyValueHeads key and value heads, a divisor of {@code heads}
 * @param headSize width of one head, even
 * @param tiedHead whether the head is the embedding
 * @param variant how its blocks differ from Llama's
 */
public record Dimensions(
        int blocks,
        int hidden,
        int intermediate,
        int vocabulary,
        int heads,
        int keyValueHeads,
        int headSize,
        boolean tiedHead,
        Variant variant) {
    /** Linear layers of a block: q, k, v, o, gate, up, down, in this order everywhere. */
    public static final int LAYERS_PER_BLOCK = 7;

    /** Checks that heads fit together. */
    public Dimensions {
        Require.atLeast(1, blocks, "blocks");
        Require.that(
                keyValueHeads > 0 && heads % keyValueHeads == 0,
                keyValueHeads,
                "keyValueHeads",
                "a divisor of heads (" + heads + ")");
        Require.that(headSize > 0 && headSize % 2 == 0, headSize, "headSize", "even");
        int windows = variant.windows().size();
        Require.that(windows == 0 || windows == blocks, windows, "windows", "none or " + blocks);
    }

    /** Of a Llama. */
    public Dimensions(
            int blocks,
            int hidden,
            int intermediate,
            int vocabulary,
            int heads,
            int keyValueHeads,
            int headSize,
            boolean tiedHead) {
        this(
                blocks,
                hidden,
                intermediate,
                vocabulary,
                heads,
                keyValueHeads,
                headSize,
                tiedHead,
                Variant.LLAMA);
    }

    /** Number of linear layers. */
    public int layers() {
        return LAYERS_PER_BLOCK * blocks;
    }

    /** Numbers of a block: its linear layers and its two norms. */
    public long block() {
        long numbers = 2L * hidden;
        for (int l = 0; l < LAYERS_PER_BLOCK; l++) {
            numbers += (long) inputs(l) * outputs(l);
        }
        return numbers;
    }

    /** Numbers outside the blocks: embedding, final norm, and the head if it is another. */
    public long outside() {
        return (tiedHead ? 1L : 2L) * vocabulary * hidden + hidden;
    }

    /** Rows of layer {@code l} of a block. */
    public int outputs(int l) {
        return switch (l) {
            case 0 -> heads * headSize;
            case 1, 2 -> keyValueHeads * headSize;
            case 4, 5 -> intermediate;
            default -> hidden;
        };
    }

    /** Columns of layer {@code l} of a block. */
    public int inputs(int l) {
        return l == 3 ? heads * headSize : l == 6 ? intermediate : hidden;
    }

    /** The fused matrix that holds layer {@code l} of a block: 0 q|k|v, 1 o, 2 gate|up, 3 down. */
    int group(int l) {
        return l < 3 ? 0 : l == 3 ? 1 : l < 6 ? 2 : 3;
    }

    /** Row of its fused matrix where layer {@code l} begins. */
    int firstRow(int l) {
        return switch (l) {
            case 1 -> outputs(0);
            case 2 -> outputs(0) + outputs(1);
            case 5 -> outputs(4);
            default -> 0;
        };
    }
}
