package dev.ila.delta;

import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which layers get LoRA factors, of what rank.
 *
 * @param rank r, columns of B and rows of A, 1 or more
 * @param alpha α, above 0
 * @param targets names of layers or the ends of such names after a dot, as {@code q_proj} or {@code
 *     3.mlp.up_proj}; {@link #ALL_LINEAR} alone for every linear layer of the blocks
 * @param scaling the factor of B·A
 */
public record LoraConfig(int rank, double alpha, Set<String> targets, LoraScaling scaling) {
    /** The target that stands for every linear layer of the blocks, PEFT's word for it. */
    public static final String ALL_LINEAR = "all-linear";

    /** Checks each value and takes a copy of the targets. */
    public LoraConfig {
        Require.atLeast(1, rank, "rank");
        Require.positive(alpha, "alpha");
        targets = Set.copyOf(targets);
        Require.that(!targets.isEmpty(), targets, "targets", "one or more names");
    }

    /** Rank 8, α 16, all linear layers of the blocks, α/r. */
    public static LoraConfig defaults() {
        return new LoraConfig(8, 16, Set.of(ALL_LINEAR), LoraScaling.ALPHA_OVER_RANK);
    }

    /** The same on these layers alone, as on {@code ranking.top(0.3)}. */
    public LoraConfig on(Collection<LinearLayer> layers) {
        return new LoraConfig(
                rank,
                alpha,
                layers.stream().map(LinearLayer::name).collect(Collectors.toSet()),
                scaling);
    }

    /**
     * The layers that targets name.
     *
     * @throws IllegalArgumentException if one names none of them
     */
    public static List<LinearLayer> named(List<LinearLayer> layers, Collection<String> targets) {
        for (String target : new TreeSet<>(targets)) {
            if (layers.stream().noneMatch(l -> names(target, l))) {
                Set<String> known = new TreeSet<>();
                layers.forEach(l -> known.add(l.projection()));
                known.add(ALL_LINEAR);
                Require.that(false, target, "target", "one of " + known + " or a layer's name");
            }
        }
        return layers.stream().filter(l -> targets.stream().anyMatch(t -> names(t, l))).toList();
    }

    private static boolean names(String target, LinearLayer layer) {
        return target.equals(ALL_LINEAR)
                || layer.name().equals(target)
                || layer.name().endsWith("." + target);
    }
}
