package dev.ila.model;

/**
 * One linear weight matrix: what the method calls a layer (paper §2).
 *
 * @param index its place among the model's linear layers, from 0, in the order of blocks
 * @param name as in the checkpoint without {@code .weight}, as {@code
 *     model.layers.3.self_attn.q_proj}
 * @param block the number of its block
 * @param projection its last name, as {@code q_proj}
 * @param outputs rows of the matrix
 * @param inputs columns of the matrix
 */
public record LinearLayer(
        int index, String name, int block, String projection, int outputs, int inputs) {
    /** Number of weights. */
    public long parameters() {
        return (long) outputs * inputs;
    }
}
