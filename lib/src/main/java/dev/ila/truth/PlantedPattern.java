package dev.ila.truth;

import dev.ila.model.LinearLayer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Which third of the linear layers an alignment is planted in. */
public enum PlantedPattern {
    /** Any layers: the whole number nearest to a third. */
    SCATTERED {
        @Override
        List<LinearLayer> some(List<LinearLayer> layers, Random random) {
            return drawn(layers, Math.round(layers.size() / THIRD), random);
        }
    },
    /** All layers of neighbouring blocks: the whole number of blocks nearest to a third. */
    BAND {
        @Override
        List<LinearLayer> some(List<LinearLayer> layers, Random random) {
            int blocks = layers.get(layers.size() - 1).block() + 1;
            int wide = Math.max(1, Math.round(blocks / THIRD));
            int first = random.nextInt(blocks - wide + 1);
            return layers.stream()
                    .filter(l -> l.block() >= first && l.block() < first + wide)
                    .toList();
        }
    },
    /** All layers of two kinds of projection, of Llama's seven. */
    KINDS {
        @Override
        List<LinearLayer> some(List<LinearLayer> layers, Random random) {
            List<String> kinds =
                    layers.stream().map(LinearLayer::projection).distinct().sorted().toList();
            Set<String> two = new HashSet<>(drawn(kinds, 2, random));
            return layers.stream().filter(l -> two.contains(l.projection())).toList();
        }
    };

    private static final float THIRD = 3;

    abstract List<LinearLayer> some(List<LinearLayer> layers, Random random);

    /**
     * The layers of this pattern.
     *
     * @param layers of a model, in their order
     * @param seed the same seed gives the same ones
     * @return some of them, in their order
     */
    public List<LinearLayer> of(List<LinearLayer> layers, long seed) {
        Set<LinearLayer> chosen = Set.copyOf(some(layers, new Random(seed)));
        return layers.stream().filter(chosen::contains).toList();
    }

    private static <T> List<T> drawn(List<T> all, int count, Random random) {
        List<T> order = new ArrayList<>(all);
        Collections.shuffle(order, random);
        return order.subList(0, count);
    }
}
