package dev.ila.search;

import dev.ila.run.Require;
import dev.ila.torch.Compute;
import dev.ila.torch.Dimensions;
import dev.ila.torch.Precision;
import java.util.List;

/**
 * How much memory a training step takes at its highest, by count of what {@code program.py} keeps
 * for the way back. In bytes.
 *
 * <p>An estimate. For a process of its own (Linux x86-64, glibc, CPU) most cases tried lay within a
 * quarter of the resident memory's peak; small models with long examples were estimated up to 40 %
 * too high, recomputation on SmolLM2 20 % too low. Glibc's allocator holds freed pieces that do not
 * fit, for which activations are taken {@value #ALLOCATOR} times.
 *
 * @param weights frozen weights in compute precision, with the columns beside them for LoRA
 * @param change Δθ in f32; when it is trained also its gradient, AdamW's two means and the numbers
 *     it began with
 * @param activations what all blocks keep, and what one block needs on its way back
 * @param head logits of one chunk of supervised tokens, which are never there for all
 * @param process the Java machine and PyTorch with nothing loaded
 */
public record Memory(long weights, long change, long activations, long head, long process) {
    /** About what a process with a heap that is hardly used was seen to hold. */
    private static final long PROCESS = 400L << 20;

    /** What the allocator holds for each byte of activations. */
    private static final double ALLOCATOR = 1.25;

    private static final int F32 = 4;
    private static final int CHUNK = 256;
    private static final int COLUMNS = 32;
    private static final List<List<Integer>> GROUPS =
            List.of(List.of(0, 1, 2), List.of(3), List.of(4, 5), List.of(6));

    /** All of it. */
    public long total() {
        return weights + change + activations + head + process;
    }

    /**
     * What a change of the weights is made of.
     *
     * @param ranks of LoRA's factors, one for each layer; all 0 for a full difference
     * @param numbers in it
     * @param learned whether stage 1 trains it
     */
    public record Trained(List<Integer> ranks, long numbers, boolean learned) {
        /** Takes a copy. */
        public Trained {
            ranks = List.copyOf(ranks);
        }

        boolean full() {
            return ranks.stream().allMatch(r -> r == 0);
        }
    }

    /**
     * Estimates a step.
     *
     * @param rows examples of the micro-batch
     * @param length of its longest in tokens
     */
    public static Memory of(Dimensions d, Compute compute, Trained trained, int rows, int length) {
        Require.atLeast(1, rows, "rows");
        Require.atLeast(1, length, "length");
        int bytes = compute.precision() == Precision.BF16 ? 2 : F32;
        long copies = trained.learned() ? 5 : 1;
        long counted = bytes * activations(d, trained, compute.recompute(), rows, length);
        long block = trained.full() ? oneBlock(d, bytes) : 0;
        return new Memory(
                bytes * weights(d, trained),
                F32 * copies * trained.numbers(),
                Math.round(ALLOCATOR * (counted + block)),
                // The chunk's logits in f32 and their exponentials.
                2L * F32 * CHUNK * d.vocabulary(),
                PROCESS);
    }

    private static long weights(Dimensions d, Trained trained) {
        long n = (d.tiedHead() ? 1L : 2L) * d.vocabulary() * d.hidden() + d.hidden();
        for (int b = 0; b < d.blocks(); b++) {
            n += 2L * d.hidden();
            for (int g = 0; g < GROUPS.size(); g++) {
                long rows = GROUPS.get(g).stream().mapToLong(d::outputs).sum();
                int inputs = d.inputs(GROUPS.get(g).get(0));
                n += rows * (inputs + columns(trained, b, g));
            }
        }
        return n;
    }

    /** Columns beside the g-th fused matrix of a block, which s·B fills; also rows of A. */
    private static long columns(Trained trained, int block, int g) {
        int first = Dimensions.LAYERS_PER_BLOCK * block;
        int sum = GROUPS.get(g).stream().mapToInt(l -> trained.ranks().get(first + l)).sum();
        return (sum + COLUMNS - 1L) / COLUMNS * COLUMNS;
    }

    private static long activations(
            Dimensions d, Trained trained, boolean recompute, int rows, int length) {
        long tokens = (long) rows * length;
        long hidden = tokens * d.hidden();
        long saved = 0;
        long largest = 0;
        for (int b = 0; b < d.blocks(); b++) {
            long block = saved(d, trained, b, rows, length);
            largest = Math.max(largest, block);
            saved += recompute ? hidden : block;
        }
        // Beside the blocks: the last block's output, its gradient, the normed rows.
        return saved + (recompute ? largest : 0) + wayBack(d, rows, length) + 3 * hidden;
    }

    /** Names as in program.py's {@code block}. */
    private static long saved(Dimensions d, Trained trained, int b, int rows, int length) {
        long q = (long) d.heads() * d.headSize();
        long k = (long) d.keyValueHeads() * d.headSize();
        long h = d.hidden();
        long f = d.intermediate();
        long wide = 0;
        for (int g = 0; g < GROUPS.size(); g++) {
            wide += columns(trained, b, g);
        }
        long x = h;
        long hu = h;
        long qk = q + k; // q is a part of it
        long kv = 2 * k; // copies
        long ou = q;
        long y = h;
        long hu2 = h;
        long gu = 2 * f;
        long mu = f;
        long token = x + hu + qk + kv + ou + y + hu2 + gu + mu + 2 * wide; // [h | g·u] and u
        return rows * (long) length * token + probabilities(d, rows, length);
    }

    private static long probabilities(Dimensions d, int rows, int length) {
        return (long) rows * d.heads() * length * length;
    }

    /**
     * The gradients that one block's way back holds at once: by gate, up and their product, then
     * with half of these the gradients by attention's probabilities before and after the softmax.
     */
    private static long wayBack(Dimensions d, int rows, int length) {
        long tokens = (long) rows * length;
        long half = 3 * tokens * d.intermediate();
        long q = (long) d.heads() * d.headSize();
        long attention = 2 * probabilities(d, rows, length) + tokens * (4L * d.hidden() + 2 * q);
        return half + Math.max(half, attention);
    }

    /** θ₀ + γ ⊙ Δθ of one block, and its largest matrix in f32, twice: sum and gradient. */
    private static long oneBlock(Dimensions d, int bytes) {
        long all = 0;
        for (int l = 0; l < Dimensions.LAYERS_PER_BLOCK; l++) {
            all += (long) d.outputs(l) * d.inputs(l);
        }
        return bytes * all + 4L * F32 * d.intermediate() * d.hidden();
    }
}
