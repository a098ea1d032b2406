package dev.ila.torch;

import dev.ila.run.Require;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Δθ on the device (paper §2): what alignment adds to the frozen weights, layer by layer. */
public sealed interface Change {
    /** Its numbers. */
    DeviceVector values();

    /** Of LoRA's factors of layer i; of a difference 1; 0 if the layer is not changed. */
    int rank(int i);

    /** Factor of layer i's change. */
    double scale(int i);

    /** Numbers of layer i of a network of these sizes. */
    long size(Dimensions d, int i);

    /** Numbers of all layers before layer i. */
    default long start(Dimensions d, int i) {
        return IntStream.range(0, i).mapToLong(j -> size(d, j)).sum();
    }

    /** Numbers of the gradient before those of a block; of one more than there are, all. */
    default long gradientStart(Dimensions d, int block) {
        return start(d, Dimensions.LAYERS_PER_BLOCK * block);
    }

    /**
     * LoRA: Δθᵢ = scaleᵢ · BᵢAᵢ, never multiplied out.
     *
     * @param values for each layer in order A [rank, inputs] then B [outputs, rank], row by row
     * @param ranks one for each layer; 0: no change there
     * @param scales α/rank, one for each layer
     */
    record Factors(DeviceVector values, List<Integer> ranks, List<Double> scales)
            implements Change {
        /** Takes copies of the lists. */
        public Factors {
            ranks = List.copyOf(ranks);
            scales = List.copyOf(scales);
            Require.that(
                    scales.size() == ranks.size(),
                    scales.size(),
                    "number of scales",
                    "the number of ranks (" + ranks.size() + ")");
        }

        @Override
        public int rank(int i) {
            return ranks.get(i);
        }

        @Override
        public double scale(int i) {
            return scales.get(i);
        }

        @Override
        public long size(Dimensions d, int i) {
            int l = i % Dimensions.LAYERS_PER_BLOCK;
            return (long) ranks.get(i) * (d.inputs(l) + d.outputs(l));
        }
    }

    /**
     * A full difference of weights.
     *
     * @param values for each changed layer in order Δθᵢ [outputs, inputs], row by row
     * @param frozen places of the layers without a change
     */
    record Difference(DeviceVector values, Set<Integer> frozen) implements Change {
        /** Takes a copy of the set. */
        public Difference {
            frozen = Set.copyOf(frozen);
        }

        /** Of all layers. */
        public Difference(DeviceVector values) {
            this(values, Set.of());
        }

        @Override
        public int rank(int i) {
            return frozen.contains(i) ? 0 : 1;
        }

        @Override
        public double scale(int i) {
            return 1;
        }

        @Override
        public long size(Dimensions d, int i) {
            int l = i % Dimensions.LAYERS_PER_BLOCK;
            return (long) rank(i) * d.inputs(l) * d.outputs(l);
        }
    }

    /**
     * A full difference of every weight: embedding [vocabulary, hidden], final norm [hidden], head
     * [vocabulary, hidden] unless tied; then for each block its linear layers as in {@link
     * Difference}, the norm [hidden] before attention and the one before the feed-forward layer. A
     * mask reaches the linear layers alone.
     *
     * @param learned blocks that have a gradient; the gradient is laid out as the values, without
     *     the other blocks
     */
    record Whole(DeviceVector values, Set<Integer> learned) implements Change {
        /** Takes a copy of the set. */
        public Whole {
            learned = Set.copyOf(learned);
        }

        @Override
        public int rank(int i) {
            return 1;
        }

        @Override
        public double scale(int i) {
            return 1;
        }

        @Override
        public long size(Dimensions d, int i) {
            int l = i % Dimensions.LAYERS_PER_BLOCK;
            return (long) d.inputs(l) * d.outputs(l);
        }

        @Override
        public long start(Dimensions d, int i) {
            int first = i - i % Dimensions.LAYERS_PER_BLOCK;
            long blocks = first / Dimensions.LAYERS_PER_BLOCK * d.block();
            return d.outside()
                    + blocks
                    + IntStream.range(first, i).mapToLong(j -> size(d, j)).sum();
        }

        @Override
        public long gradientStart(Dimensions d, int block) {
            return d.outside() + learned.stream().filter(b -> b < block).count() * d.block();
        }
    }

    /** No change at all: the base model. */
    static Change none(Network network) {
        int layers = network.dimensions().layers();
        return new Factors(
                network.vector(new float[1]),
                Collections.nCopies(layers, 0),
                Collections.nCopies(layers, 1.0));
    }
}
