package dev.ila.criteria;

import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A way to rank linear layers that learns no mask, higher is more important. Layers that it cannot
 * tell apart have equal scores.
 */
public sealed interface Criterion permits Place, ChangeSize, Spectral, Gradient, FinalRank, Blocks {
    /** What a criterion has to be given besides a model, in rising order. */
    enum Need {
        /** The model's weights, or nothing but its layers. */
        MODEL,
        /** Conversations. */
        DATA,
        /** A run or an adapter with Δθ. */
        CHANGE,
        /** A run with Δθ and its conversations. */
        RUN
    }

    /** Its name in a command, as {@code spectrum}. */
    String key();

    /** What its values are, in a line. */
    String formula();

    /** What it is computed from. */
    Need need();

    /** Ranks the layers of a model, or those with a change if it is one that is ranked. */
    Scored rank(Subject subject);

    /** All of them, the cheapest first. */
    static List<Criterion> all() {
        List<Criterion> all = new ArrayList<>();
        Stream.of(Place.values(), ChangeSize.values(), Spectral.values(), Gradient.values())
                .forEach(some -> all.addAll(List.of(some)));
        all.add(new FinalRank());
        all.add(new Blocks());
        return List.copyOf(all);
    }

    /**
     * The criterion of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Criterion named(String key) {
        return all().stream()
                .filter(c -> c.key().equals(key))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "criterion must be one of %s, but is: %s"
                                                .formatted(keys(), key)));
    }

    private static String keys() {
        return all().stream().map(Criterion::key).collect(Collectors.joining(", "));
    }

    /** Whether it can rank what was given. */
    default boolean fits(Subject.Given given) {
        boolean change = need() == Need.CHANGE || need() == Need.RUN;
        boolean data = need() == Need.DATA || need() == Need.RUN;
        return (!change || given.run().isPresent()) && (!data || given.data().isPresent());
    }

    /**
     * Fails if what a criterion is computed from was not given.
     *
     * @throws IllegalArgumentException that says which option gives it
     */
    default void check(Subject.Given given) {
        boolean change = need() == Need.CHANGE || need() == Need.RUN;
        Require.that(
                !change || given.run().isPresent(),
                "none",
                "run of " + key(),
                "one with a change of the model; give it with --run");
        boolean data = need() == Need.DATA || need() == Need.RUN;
        Require.that(
                !data || given.data().isPresent(),
                "none",
                "data of " + key(),
                "conversations; give them with --data, or a run of ila-search with --run");
    }
}
