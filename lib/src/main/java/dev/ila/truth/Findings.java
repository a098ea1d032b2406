package dev.ila.truth;

import dev.ila.run.Require;
import java.util.List;

/**
 * Rankings of one run held against what its layers are worth.
 *
 * @param run its name
 * @param effects both kinds of worth, {@link Effects.Kind#WITHOUT} first
 * @param held the rankings, each beside the truth
 * @param random the loss along each order by chance
 * @param ceilings of each kind of worth, {@link Effects#ceiling}
 * @param halves of each kind of worth, {@link Effects#splitHalf}
 * @param notes what is to be known about the rankings, a line each
 */
public record Findings(
        String run,
        List<Effects> effects,
        List<Held> held,
        List<Curves> random,
        List<Double> ceilings,
        List<Double> halves,
        List<String> notes) {
    /**
     * A ranking beside the truth.
     *
     * @param of the ranking
     * @param without Spearman's ρ with the rise of the loss without each layer's change
     * @param only the same with the fall of the loss by each layer's change alone
     * @param curves the loss along it
     * @param area between them
     */
    public record Held(
            Contender of,
            Effects.Estimate without,
            Effects.Estimate only,
            Curves curves,
            Effects.Estimate area) {}

    /** Takes copies. */
    public Findings {
        effects = List.copyOf(effects);
        held = List.copyOf(held);
        random = List.copyOf(random);
        ceilings = List.copyOf(ceilings);
        halves = List.copyOf(halves);
        notes = List.copyOf(notes);
        Require.that(effects.size() == 2, effects.size(), "number of kinds of worth", "2");
    }

    /** Puts them together. */
    public static Findings of(
            String run,
            List<Effects> effects,
            List<Held> held,
            Curves random,
            List<String> notes,
            long seed) {
        return new Findings(
                run,
                effects,
                held,
                random.each(),
                effects.stream().map(e -> e.ceiling(seed)).toList(),
                effects.stream().map(e -> e.splitHalf(seed)).toList(),
                notes);
    }

    /** Holds a ranking against the truth. */
    public static Held hold(Contender of, List<Effects> effects, Curves curves, long seed) {
        return new Held(
                of,
                effects.get(0).spearman(of.ranking(), seed),
                effects.get(1).spearman(of.ranking(), seed),
                curves,
                curves.estimatedArea(seed));
    }

    /** Losses of the conversations. */
    public MaskedLosses losses() {
        return effects.get(0).losses();
    }

    /** How many layers are worth more than two standard errors above 0, or below. */
    public long beyond(int kind, boolean below) {
        return effects.get(kind).effects().stream()
                .filter(e -> (below ? -e.nats() : e.nats()) > 2 * e.error())
                .count();
    }
}
