package dev.ila.truth;

import dev.ila.model.LinearLayer;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Layers that keep their Δθᵢ, all others being as in θ₀.
 *
 * @param name of the set, as {@code without model.layers.0.mlp.up_proj}
 * @param kept places of the layers among those of the model
 */
public record Subset(String name, Set<Integer> kept) {
    /** Takes a copy. */
    public Subset {
        kept = Set.copyOf(kept);
    }

    /** Of layers. */
    public static Subset of(String name, Collection<LinearLayer> layers) {
        return new Subset(
                name, layers.stream().map(LinearLayer::index).collect(Collectors.toSet()));
    }

    /**
     * Its mask: 1 where a change is kept, else 0.
     *
     * @param layers of the model
     */
    public float[] gamma(int layers) {
        float[] gamma = new float[layers];
        kept.forEach(i -> gamma[i] = 1);
        return gamma;
    }
}
