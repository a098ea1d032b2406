package dev.ila.rank;

import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A ranking and where it comes from, as far as that is known.
 *
 * @param name short, different from every other's
 * @param factors what may differ between runs, by name: {@code data}, {@code model}, {@code
 *     settings}, {@code milestone}
 * @param seed from which all chance of the run followed
 * @param ranking what came out
 */
public record RankedRun(
        String name, Map<String, String> factors, OptionalLong seed, Ranking ranking) {
    /** Sorts the factors. */
    public RankedRun {
        Require.that(!name.isBlank(), "\"" + name + "\"", "name of a run", "some text");
        factors = Collections.unmodifiableMap(new TreeMap<>(factors));
    }

    /** The same with the ranking over other layers. */
    RankedRun with(Ranking other) {
        return new RankedRun(name, factors, seed, other);
    }

    /** The same under another name. */
    public RankedRun named(String other) {
        return new RankedRun(other, factors, seed, ranking);
    }

    /**
     * In what two runs differ, besides the seed: names of factors joined by {@code " and "}, or
     * {@link Contrast#SEED} if in nothing else. If both have the same seed, {@link
     * Contrast#SAME_SEED} follows: such runs share their chance, so they agree by more than what
     * they have in common.
     */
    public String contrastTo(RankedRun other) {
        List<String> differ = new ArrayList<>();
        TreeMap<String, String> all = new TreeMap<>(factors);
        all.putAll(other.factors);
        for (String factor : all.keySet()) {
            String mine = factors.getOrDefault(factor, "");
            if (!mine.equals(other.factors.getOrDefault(factor, ""))) {
                differ.add(factor);
            }
        }
        boolean same = seed.isPresent() && seed.equals(other.seed);
        String factor = differ.isEmpty() ? Contrast.SEED : String.join(" and ", differ);
        return same ? factor + Contrast.SAME_SEED : factor;
    }
}
