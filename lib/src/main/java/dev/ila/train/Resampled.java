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
import java.util.Random;
import java.util.SplittableRandom;

/**
 * LoRA of which only some layers are trained at a time, drawn anew by chance every so many steps:
 * how LISA (arXiv 2403.17919) draws blocks, for single layers and their factors. As there, the
 * optimizer begins anew with each draw.
 */
public final class Resampled extends Unmasked {
    /**
     * What is drawn.
     *
     * @param layers trained at a time
     * @param every steps between two draws
     * @param seed of the draws
     */
    public record Settings(int layers, int every, long seed) {
        /** Checks both. */
        public Settings {
            Require.atLeast(1, layers, "layers at a time");
            Require.atLeast(1, every, "steps between two draws");
        }
    }

    private final Change change;
    private final Dimensions dimensions;
    private final Settings settings;
    private final List<Integer> changed = new ArrayList<>();
    private final DeviceVector active;
    private int step;

    /**
     * Of a change's factors.
     *
     * @param gamma ones, one for each layer
     */
    public Resampled(Network network, Change change, float[] gamma, Settings settings) {
        super(gamma);
        this.change = change;
        this.dimensions = network.dimensions();
        this.settings = settings;
        for (int i = 0; i < gamma.length; i++) {
            if (change.rank(i) > 0) {
                changed.add(i);
            }
        }
        Require.that(
                settings.layers() <= changed.size(),
                settings.layers(),
                "layers at a time",
                "at most the " + changed.size() + " that have factors");
        this.active = network.vector(new float[change.values().size()]);
    }

    /** Of a draw; {@link Random} of seeds that are near each other begins alike. */
    static Random random(long seed, int since) {
        return new Random(new SplittableRandom(seed * 1_000_003 + since).nextLong());
    }

    /** Places of the layers that are trained in a step, from 1. */
    List<Integer> layers(int of) {
        List<Integer> drawn = new ArrayList<>(changed);
        Collections.shuffle(drawn, random(settings.seed(), since(of)));
        return drawn.subList(0, settings.layers());
    }

    @Override
    public int since(int of) {
        return (of - 1) / settings.every() * settings.every();
    }

    @Override
    public DeviceVector values() {
        return change.values();
    }

    @Override
    public Change change() {
        return change;
    }

    @Override
    public void begin(int made) {
        step = made;
        draw(step + 1);
    }

    private void draw(int next) {
        float[] one = new float[active.size()];
        for (int i : layers(next)) {
            int from = Math.toIntExact(change.start(dimensions, i));
            Arrays.fill(one, from, from + Math.toIntExact(change.size(dimensions, i)), 1);
        }
        active.set(one);
    }

    /** What is not drawn has no gradient, and so, with fresh means, no step. */
    @Override
    public void finish(DeviceVector gradient) {
        gradient.multiply(active);
    }

    @Override
    public void stepped(int made, DeviceVector gradient) {
        step = made;
        if (since(step + 1) != since(step)) {
            draw(step + 1);
        }
    }

    @Override
    public void close() {
        active.close();
        change.values().close();
    }
}
