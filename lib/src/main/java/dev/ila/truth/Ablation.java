package dev.ila.truth;

import dev.ila.model.LinearLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Layers taken away: the loss with all changes but one, and with one alone. What a mask's score is
 * held against, and nothing that it was made from.
 */
public final class Ablation {
    private Ablation() {}

    /** How many sets of layers are measured for so many layers. */
    public static int sets(int layers) {
        return 2 * (layers + 1);
    }

    /**
     * Measures every layer.
     *
     * @param layers with a change
     * @param of measures sets of layers, in groups as {@link MaskedLosses#measure} has them
     * @return both kinds of worth, {@link Effects.Kind#WITHOUT} first
     */
    public static List<Effects> measure(
            List<LinearLayer> layers, Function<List<List<Subset>>, MaskedLosses> of) {
        List<Subset> without = new ArrayList<>(List.of(Subset.of(Effects.ALL, layers)));
        List<Subset> only = new ArrayList<>(List.of(Subset.of(Effects.NONE, List.of())));
        for (LinearLayer layer : layers) {
            List<LinearLayer> others = new ArrayList<>(layers);
            others.remove(layer);
            without.add(Subset.of(Effects.Kind.WITHOUT.set(layer), others));
            only.add(Subset.of(Effects.Kind.ONLY.set(layer), List.of(layer)));
        }
        MaskedLosses losses = of.apply(List.of(without, only));
        return List.of(
                new Effects(Effects.Kind.WITHOUT, layers, losses),
                new Effects(Effects.Kind.ONLY, layers, losses));
    }
}
