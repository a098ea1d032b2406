package dev.ila.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.ila.data.Batch;
import dev.ila.run.Require;
import dev.ila.torch.Network.Want;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The arguments that many methods of {@code program.py} share, as its head says. */
record Shared(
        Dimensions dimensions,
        Compute compute,
        double normEpsilon,
        int queries,
        Weights weights,
        RotaryTables rope,
        List<NDArray> space) {
    /** The same of a batch. */
    Program.Arguments of(
            NDManager step,
            Batch batch,
            long[] keep,
            long[] labels,
            Change change,
            float[] gamma,
            Want want,
            double weight) {
        int length = batch.length();
        return of(
                step, batch.ids(), batch.rows(), length, keep, labels, change, gamma, want, weight);
    }

    /**
     * All of them but the last, {@code grad}.
     *
     * @param ids token ids, [rows × length]
     * @param positions of a text that may come up
     */
    Program.Arguments of(
            NDManager step,
            long[] ids,
            int rows,
            int positions,
            long[] keep,
            long[] labels,
            Change change,
            float[] gamma,
            Want want,
            double weight) {
        check(change, gamma);
        Program.Arguments a = new Program.Arguments();
        a.add(step.create(ids, new Shape(rows, ids.length / rows)));
        a.add(step.create(keep)).add(step.create(labels));
        LongStream first =
                LongStream.of(
                        dimensions.heads(),
                        dimensions.keyValueHeads(),
                        dimensions.headSize(),
                        dimensions.blocks(),
                        dimensions.tiedHead() ? 1 : 0,
                        want.ordinal(),
                        kind(change),
                        compute.recompute() ? 1 : 0,
                        Network.chunk(dimensions.vocabulary()),
                        compute.products().code(),
                        Math.max(1, Network.HEAD_SLICE / dimensions.hidden()),
                        queries);
        LongStream starts =
                IntStream.rangeClosed(0, dimensions.blocks())
                        .map(block -> block * Dimensions.LAYERS_PER_BLOCK)
                        .mapToLong(layer -> change.start(dimensions, layer));
        LongStream known = LongStream.concat(first, starts);
        LongStream beside = weights.beside().asLongStream();
        LongStream gradients =
                IntStream.rangeClosed(0, dimensions.blocks())
                        .mapToLong(block -> change.gradientStart(dimensions, block));
        LongStream windows =
                IntStream.range(0, dimensions.blocks()).mapToLong(dimensions.variant()::window);
        Variant.Gemma gemma = dimensions.variant().gemma();
        LongStream last =
                LongStream.of(
                        gemma.like() ? 1 : 0, gemma.postNorms() ? 1 : 0, dimensions.intermediate());
        LongStream sizes =
                Stream.of(known, beside, gradients, windows, last)
                        .flatMapToLong(numbers -> numbers);
        a.add(Program.longs(step, sizes.toArray()));
        a.add(
                Program.doubles(
                        step,
                        normEpsilon,
                        weight,
                        gemma.like() ? Math.sqrt(dimensions.hidden()) : 1,
                        1 / Math.sqrt(gemma.querySize().orElse(dimensions.headSize())),
                        gemma.attentionCap().orElse(0),
                        gemma.finalCap().orElse(0)));
        a.add(weights.arrays()).add(rope.upTo(positions)).add(space).add(change.values().array());
        IntStream all = IntStream.range(0, dimensions.layers());
        double[] scales = all.mapToDouble(change::scale).toArray();
        IntStream again = IntStream.range(0, dimensions.layers());
        return a.add(Program.longs(step, again.mapToLong(change::rank).toArray()))
                .add(Program.doubles(step, scales))
                .add(step.create(gamma));
    }

    private static int kind(Change change) {
        return change instanceof Change.Factors ? 0 : change instanceof Change.Difference ? 1 : 2;
    }

    private void check(Change change, float[] gamma) {
        int layers = dimensions.layers();
        Require.that(gamma.length == layers, gamma.length, "length of gamma", "" + layers);
        if (change instanceof Change.Factors factors) {
            Require.that(
                    factors.ranks().size() == layers,
                    factors.ranks().size(),
                    "number of ranks",
                    "one for each of " + layers + " layers");
            weights.reserve(factors.ranks());
        }
        long size = change.start(dimensions, layers);
        int has = change.values().size();
        Require.that(has == Math.max(1, size), has, "length of the change", "" + size);
    }
}
