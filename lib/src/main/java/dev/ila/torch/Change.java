package dev.ila.torch;

import dev.ila.run.Require;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Δθ on the device (paper §2): what alignment adds to the frozen weights, layer by layer. */
public sealed interface Change {
    /** Its numbers. */
    DeviceVector values();

    /** Numbers of layer i of a network of these sizes. */
    long size(Dimensions d, int i);

    /** Numbers of all layers before layer i. */
    default long start(Dimensions d, int i) {
        return IntStream.range(0, i).mapToLong(j -> size(d, j)).sum();
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
        public long size(Dimensions d, int i) {
            int l = i % Dimensions.LAYERS_PER_BLOCK;
            return (long) ranks.get(i) * (d.inputs(l) + d.outputs(l));
        }
    }

    /**
     * A full difference of weights.
     *
     * @param values for each layer in order Δθᵢ [outputs, inputs], row by row
     */
    record Difference(DeviceVector values) implements Change {
        @Override
        public long size(Dimensions d, int i) {
            int l = i % Dimensions.LAYERS_PER_BLOCK;
            return (long) d.inputs(l) * d.outputs(l);
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
