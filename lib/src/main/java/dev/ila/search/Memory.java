package dev.ila.search;

import dev.ila.run.Require;
import dev.ila.torch.Compute;
import dev.ila.torch.Dimensions;
import dev.ila.torch.Network;
import dev.ila.torch.Precision;
import dev.ila.torch.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * How much memory a training step takes at its highest, by count of what {@code program.py} keeps
 * for the way back. In bytes.
 *
 * <p>An estimate. For processes of their own, started as {@code ./jbang} starts them (Linux x86-64,
 * glibc, CPU), it lay within a quarter of the resident memory's peak in all cases tried: the
 * embedded model and SmolLM2 in f32 and bf16, with recomputation, and with a full difference.
 * Glibc's allocator holds freed pieces that do not fit, for which activations are taken {@value
 * #ALLOCATOR} times.
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
    private static final long PROCESS = 240L << 20;

    /** What the allocator holds for each byte of activations. */
    private static final double ALLOCATOR = 1.25;

    private static final int F32 = 4;

    /** On the device, where it began, and in what is to be saved. */
    private static final int COPIES_KEPT = 3;

    private static final List<List<Integer>> GROUPS =
            List.of(List.of(0, 1, 2), List.of(3), List.of(4, 5), List.of(6));

    /** All of it. */
    public long total() {
        return weights + change + activations + head + process;
    }

    /**
     * What to change where less memory is there.
     *
     * @param available bytes
     * @param rows examples of the micro-batch
     * @return one line; empty if it fits
     */
    public Optional<String> tooMuch(long available, Compute compute, int rows) {
        if (total() <= available) {
            return Optional.empty();
        }
        List<String> remedies = new ArrayList<>();
        remedies.add(rows > 1 ? "a lower --micro-batch" : "a lower --max-length");
        if (!compute.recompute()) {
            remedies.add("--recompute");
        }
        if (!compute.precision().packed()) {
            boolean f32 = compute.precision() == Precision.F32;
            remedies.add(f32 ? "--precision bf16 or nf4" : "--precision nf4");
        }
        return Optional.of(
                String.format(
                        Locale.ROOT,
                        "a step may need %.1f GB of memory, and %.1f GB are there; it takes less with %s",
                        total() / 1e9,
                        available / 1e9,
                        String.join(" or ", remedies)));
    }

    /**
     * What a change of the weights is made of.
     *
     * @param ranks of LoRA's factors, one for each layer; all 0 for a full difference
     * @param frozen places of the layers that a full difference leaves out
     * @param numbers in it, of LISA's those that are trained at a time
     * @param kept numbers that stand beside those, of LISA all of Δθ
     * @param learned whether stage 1 trains it
     */
    public record Trained(
            List<Integer> ranks, Set<Integer> frozen, long numbers, long kept, boolean learned) {
        /** Takes copies. */
        public Trained {
            ranks = List.copyOf(ranks);
            frozen = Set.copyOf(frozen);
        }

        /** Of LoRA, or of a full difference of all layers. */
        public Trained(List<Integer> ranks, long numbers, boolean learned) {
            this(ranks, Set.of(), numbers, 0, learned);
        }

        /** Whether a layer is changed. */
        boolean changes(int i) {
            return full() ? !frozen.contains(i) : ranks.get(i) > 0;
        }

        boolean full() {
            return ranks.stream().allMatch(r -> r == 0);
        }

        int firstBlock() {
            int first = 0;
            while (!changes(first)) {
                first++;
            }
            return first / Dimensions.LAYERS_PER_BLOCK;
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
        int kept = compute.precision().bytes();
        int computed = compute.products().bytes();
        boolean packed = compute.precision().packed();
        // Full differences are large enough for the copies that Java makes of them to count.
        long copies = trained.learned() ? trained.full() ? 7 : 5 : 1;
        long tokens = (long) rows * length;
        long block = saved(d, tokens);
        // Below the first block with a change nothing is kept.
        long blocks = d.blocks() - trained.firstBlock();
        long all = blocks * (compute.recompute() ? tokens * d.hidden() : block);
        long once = computed * (block + wayBack(d, tokens, length));
        if (trained.full() || kept != computed) {
            once += F32 * oneBlock(d, trained);
        } else if (packed) {
            once += computed * oneBlock(d, trained);
        }
        long chunk = Math.min(tokens, Network.chunk(d.vocabulary()));
        long head = chunk * d.vocabulary() * (computed == F32 ? F32 : F32 + computed);
        if (d.variant().gemma().finalCap().isPresent()) {
            head += F32 * chunk * d.vocabulary();
        }
        if (kept != computed) {
            head += F32 * Math.min(Network.HEAD_SLICE, (long) d.vocabulary() * d.hidden());
        }
        return new Memory(
                weights(d, trained, compute),
                F32 * (copies * trained.numbers() + COPIES_KEPT * trained.kept()),
                Math.round(ALLOCATOR * (kept * all + once)),
                head,
                PROCESS);
    }

    private static long weights(Dimensions d, Trained trained, Compute compute) {
        int step = Weights.columns(compute);
        int bytes = compute.precision().bytes();
        long n = (d.tiedHead() ? 1L : 2L) * d.vocabulary() * d.hidden() + d.hidden();
        n = bytes * (n + d.blocks() * (2L * d.hidden() + d.variant().numbers(d)));
        for (int b = 0; b < d.blocks(); b++) {
            int first = Dimensions.LAYERS_PER_BLOCK * b;
            for (List<Integer> group : GROUPS) {
                long rows = group.stream().mapToLong(d::outputs).sum();
                int inputs = d.inputs(group.get(0));
                int rank = group.stream().mapToInt(l -> trained.ranks().get(first + l)).sum();
                n +=
                        compute.precision().packed()
                                ? Weights.nf4Bytes(rows, inputs, compute.precision())
                                : bytes * rows * (inputs + (rank + step - 1) / step * step);
            }
        }
        return n;
    }

    /** Numbers that one block keeps for the way back; names as in program.py's {@code block}. */
    private static long saved(Dimensions d, long tokens) {
        long q = (long) d.heads() * d.headSize();
        long k = (long) d.keyValueHeads() * d.headSize();
        long v = k;
        long x = d.hidden();
        long o = q;
        long y = x;
        long normed = d.variant().gemma().postNorms() ? 2 * x : 0;
        long gu = 2L * d.intermediate();
        return tokens * (x + q + k + v + o + y + gu + normed);
    }

    /**
     * Numbers that one block's way back holds at its highest, beside what was kept: the gradients
     * by gate, up and their product and the activation, or, if more, for as many queries as come at
     * once attention's probabilities, their gradients and one copy.
     */
    private static long wayBack(Dimensions d, long tokens, int length) {
        long feedForward = 4L * d.intermediate() + 4L * d.hidden();
        return tokens * Math.max(feedForward, 3L * d.heads() * Math.min(length, Network.QUERIES));
    }

    /** Numbers of one block's matrices, made ready; of a full difference also with a gradient. */
    private static long oneBlock(Dimensions d, Trained trained) {
        long all = 0;
        for (int l = 0; l < Dimensions.LAYERS_PER_BLOCK; l++) {
            all += (long) d.outputs(l) * d.inputs(l);
        }
        return trained.full() ? 2 * all : all;
    }
}
