package dev.ila.delta;

import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Where the factors of Δθᵢ = scale·BᵢAᵢ lie in one vector of f32: for each layer that has any, A
 * [rank, inputs] then B [outputs, rank], row by row, in the order of layers, without gaps.
 */
public final class LoraLayout {
    /**
     * One layer's share.
     *
     * @param rank r; 0 where there is no LoRA
     * @param alpha α; means nothing where the rank is 0
     */
    public record Factors(int rank, double alpha) {
        /** No LoRA on a layer. */
        public static final Factors NONE = new Factors(0, 1);

        /** Checks both. */
        public Factors {
            Require.atLeast(0, rank, "rank");
            Require.positive(alpha, "alpha");
        }
    }

    private final List<LinearLayer> layers;
    private final List<Factors> factors;
    private final LoraScaling scaling;
    private final int[] offsets;

    private LoraLayout(List<LinearLayer> layers, List<Factors> factors, LoraScaling scaling) {
        this.layers = List.copyOf(layers);
        this.factors = List.copyOf(factors);
        this.scaling = scaling;
        this.offsets = new int[layers.size() + 1];
        long end = 0;
        for (int i = 0; i < layers.size(); i++) {
            Require.that(layers.get(i).index() == i, layers.get(i), "layer " + i, "of index " + i);
            end += (long) rank(i) * (layers.get(i).inputs() + layers.get(i).outputs());
            Require.that(end < Integer.MAX_VALUE, end, "numbers in LoRA factors", "below 2^31");
            offsets[i + 1] = (int) end;
        }
        Require.that(end > 0, factors, "factors", "of rank 1 or more for some layer");
    }

    /**
     * The layout that a configuration gives.
     *
     * @throws IllegalArgumentException if a target names none of the layers
     */
    public static LoraLayout of(List<LinearLayer> layers, LoraConfig config) {
        Set<LinearLayer> covered = Set.copyOf(LoraConfig.named(layers, config.targets()));
        Factors some = new Factors(config.rank(), config.alpha());
        return of(layers, config.scaling(), l -> covered.contains(l) ? some : Factors.NONE);
    }

    /** A layout with ranks and alphas of each layer's own. */
    public static LoraLayout of(
            List<LinearLayer> layers, LoraScaling scaling, Function<LinearLayer, Factors> each) {
        return new LoraLayout(layers, layers.stream().map(each).toList(), scaling);
    }

    /** All linear layers, those without factors too. */
    public List<LinearLayer> layers() {
        return layers;
    }

    /** What scales are computed by. */
    public LoraScaling scaling() {
        return scaling;
    }

    /** Rank of layer i, 0 if it has no factors. */
    public int rank(int i) {
        return factors.get(i).rank();
    }

    /** α of layer i. */
    public double alpha(int i) {
        return factors.get(i).alpha();
    }

    /** The factor of B·A of layer i; 0 where the rank is. */
    public double scale(int i) {
        return rank(i) == 0 ? 0 : scaling.factor(alpha(i), rank(i));
    }

    /** Where A of layer i begins, [rank, inputs]. */
    public int offsetA(int i) {
        return offsets[i];
    }

    /** Where B of layer i begins, [outputs, rank]. */
    public int offsetB(int i) {
        return offsets[i] + rank(i) * layers.get(i).inputs();
    }

    /** Length of the whole vector. */
    public int size() {
        return offsets[layers.size()];
    }

    /**
     * A fresh start as PEFT's: A uniform in ±1/√inputs, B zero, so that Δθ is zero.
     *
     * @param seed the same seed gives the same vector; a layer's A depends on the seed, its index
     *     and its own size alone
     */
    public float[] initial(long seed) {
        float[] out = new float[size()];
        SplittableRandom root = new SplittableRandom(seed);
        for (int i = 0; i < layers.size(); i++) {
            SplittableRandom random = root.split();
            double bound = 1 / Math.sqrt(layers.get(i).inputs());
            for (int at = offsetA(i); at < offsetB(i); at++) {
                out[at] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
        }
        return out;
    }

    /** The layers that have factors. */
    List<LinearLayer> adapted() {
        List<LinearLayer> out = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            if (rank(i) > 0) {
                out.add(layers.get(i));
            }
        }
        return out;
    }
}
