package dev.ila.train;

import dev.ila.run.Require;
import dev.ila.torch.Change;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Dimensions;
import dev.ila.torch.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * LISA (arXiv 2403.17919, algorithm 1): embedding, head and final norm are trained all the time,
 * and beside them a few whole blocks with their norms, drawn anew by chance every so many steps.
 * Gradient and AdamW's means are there for those alone; the optimizer begins anew with each draw.
 *
 * <p>What differs from the publication: weights are not changed in place. θ₀ stays, in the
 * precision it has, and Δθ of every weight stands beside it in f32; biases of q, k and v and norms
 * of heads, where a family has them, stay as they are. Weight decay draws Δθ to zero, not θ.
 */
public final class Lisa extends Unmasked {
    /**
     * What is drawn.
     *
     * @param blocks at a time; γ there
     * @param every steps between two draws; K there
     * @param seed of the draws
     */
    public record Settings(int blocks, int every, long seed) {
        /** Checks both. */
        public Settings {
            Require.atLeast(1, blocks, "blocks at a time");
            Require.atLeast(1, every, "steps between two draws");
        }

        /** Numbers that are trained at a time. */
        public long numbers(Dimensions d) {
            Require.that(
                    blocks <= d.blocks(),
                    blocks,
                    "blocks at a time",
                    "at most the " + d.blocks() + " of the model");
            return d.outside() + blocks * d.block();
        }

        int since(int step) {
            return (step - 1) / every * every;
        }

        /** Blocks that are trained in a step, from 1. */
        Set<Integer> drawn(int step, Dimensions d) {
            List<Integer> all = new ArrayList<>(IntStream.range(0, d.blocks()).boxed().toList());
            Collections.shuffle(all, Resampled.random(seed, since(step)));
            return new TreeSet<>(all.subList(0, blocks));
        }
    }

    private final Dimensions dimensions;
    private final Settings settings;

    /** Δθ of every weight. */
    private final DeviceVector all;

    /** What is trained now, a copy. */
    private final DeviceVector active;

    private Set<Integer> drawn;

    /**
     * From zero.
     *
     * @throws IllegalArgumentException if the model has fewer blocks than are to be drawn
     */
    public Lisa(Network network, Settings settings) {
        super(ones(network.dimensions().layers()));
        this.dimensions = network.dimensions();
        this.settings = settings;
        int numbers = Math.toIntExact(settings.numbers(dimensions));
        this.all = network.zeros(length(dimensions));
        this.active = network.zeros(numbers);
        this.drawn = settings.drawn(1, dimensions);
    }

    private static float[] ones(int n) {
        float[] ones = new float[n];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static int length(Dimensions d) {
        long size = d.outside() + d.blocks() * d.block();
        return Math.toIntExact(size);
    }

    @Override
    public DeviceVector values() {
        return active;
    }

    @Override
    public Change.Whole change() {
        return new Change.Whole(all, drawn);
    }

    @Override
    public float[] learned() {
        return all.values();
    }

    @Override
    public List<DeviceVector> means() {
        return List.of(all);
    }

    @Override
    public int since(int step) {
        return settings.since(step);
    }

    @Override
    public void begin(int made) {
        drawn = settings.drawn(made + 1, dimensions);
    }

    @Override
    public void stepped(int made, DeviceVector gradient) {
        pieces((in, of, count) -> all.copy(in, active, of, count));
        if (since(made + 1) != since(made)) {
            drawn = settings.drawn(made + 1, dimensions);
            pieces((in, of, count) -> active.copy(of, all, in, count));
        }
    }

    @FunctionalInterface
    private interface Piece {
        void take(long inAll, long inActive, long count);
    }

    private void pieces(Piece piece) {
        piece.take(0, 0, dimensions.outside());
        Change.Whole change = change();
        for (int block : drawn) {
            long in = change.start(dimensions, block * Dimensions.LAYERS_PER_BLOCK);
            piece.take(in, change.gradientStart(dimensions, block), dimensions.block());
        }
    }

    @Override
    public void close() {
        active.close();
        all.close();
    }
}
