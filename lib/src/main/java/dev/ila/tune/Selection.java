package dev.ila.tune;

import dev.ila.delta.LoraConfig;
import dev.ila.model.LinearLayer;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The layers of a model that are tuned; all others stay as they are.
 *
 * @param layers all linear layers of the model, in its order
 * @param chosen those that are tuned, in the same order, at least one
 * @param how they were chosen, in words
 */
public record Selection(List<LinearLayer> layers, List<LinearLayer> chosen, String how) {
    /** Takes copies. */
    public Selection {
        layers = List.copyOf(layers);
        chosen = List.copyOf(chosen);
        Require.that(!chosen.isEmpty(), "none", "layers to tune", "one or more");
        Require.that(layers.containsAll(chosen), chosen, "layers to tune", "of the model");
    }

    /**
     * The most important share of the layers that a ranking has, rounded to the nearest number and
     * at least one: 0.75 freezes the least important quarter.
     *
     * @param ranking of this model or of one with the same names, from anywhere
     * @throws IllegalArgumentException if it has a layer that the model has not
     */
    public static Selection top(List<LinearLayer> layers, Ranking ranking, double share) {
        Map<String, LinearLayer> byName = new HashMap<>();
        layers.forEach(l -> byName.put(l.name(), l));
        int count = ranking.count(share);
        List<LinearLayer> top = new ArrayList<>();
        for (LayerScore s : ranking.scores()) {
            LinearLayer layer = byName.get(s.layer().name());
            if (layer == null) {
                throw noSuch(layers, "layer of the ranking", s.layer().name());
            }
            if (top.size() < count) {
                top.add(layer);
            }
        }
        int without = layers.size() - ranking.size();
        String rest = without == 0 ? "" : "; " + without + " that it does not rank are frozen";
        return of(
                layers,
                top::contains,
                "the top %d of a ranking of %d%s%s"
                        .formatted(count, ranking.size(), equal(ranking, count), rest));
    }

    /**
     * Layers by name, as the targets of a {@link LoraConfig}: whole, or the end after a dot, as
     * {@code q_proj} or {@code 3.mlp.up_proj}.
     *
     * @throws IllegalArgumentException if one names no layer
     */
    public static Selection named(List<LinearLayer> layers, Collection<String> names) {
        return new Selection(
                layers, LoraConfig.named(layers, names), "those named " + String.join(", ", names));
    }

    /**
     * Layers whose whole name a regular expression matches, as PEFT matches a text of {@code
     * target_modules}.
     *
     * @throws IllegalArgumentException if it is none, or matches no layer
     */
    public static Selection matching(List<LinearLayer> layers, String regex) {
        Pattern pattern;
        try {
            pattern = Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "pattern must be a regular expression, but is: %s (%s)"
                            .formatted(regex, e.getDescription()),
                    e);
        }
        if (layers.stream().noneMatch(l -> pattern.matcher(l.name()).matches())) {
            throw noSuch(layers, "pattern", regex);
        }
        return of(layers, l -> pattern.matcher(l.name()).matches(), "those that match " + regex);
    }

    /** Says if the cut goes through layers of equal score, which the ranking cannot choose from. */
    private static String equal(Ranking ranking, int count) {
        double last = ranking.scores().get(count - 1).score();
        long taken = ranking.scores().stream().limit(count).filter(s -> s.score() == last).count();
        long there = ranking.scores().stream().filter(s -> s.score() == last).count();
        return taken == there
                ? ""
                : "; %d of %d that are equal at the cut, early blocks first"
                        .formatted(taken, there);
    }

    /** The layers that stay as they are, in the model's order. */
    public List<LinearLayer> frozen() {
        return layers.stream().filter(l -> !chosen.contains(l)).toList();
    }

    /** Names of the chosen layers, in the model's order. */
    public List<String> names() {
        return chosen.stream().map(LinearLayer::name).toList();
    }

    private static Selection of(
            List<LinearLayer> layers, Predicate<LinearLayer> chosen, String how) {
        return new Selection(layers, layers.stream().filter(chosen).toList(), how);
    }

    private static IllegalArgumentException noSuch(
            List<LinearLayer> layers, String what, String is) {
        TreeSet<String> projections = new TreeSet<>();
        layers.forEach(l -> projections.add(l.projection()));
        return new IllegalArgumentException(
                "%s must be one of the model's %d, as %s, or the end of their names, as one of %s, but is: %s"
                        .formatted(
                                what,
                                layers.size(),
                                layers.get(0).name(),
                                String.join(", ", projections),
                                is));
    }
}
