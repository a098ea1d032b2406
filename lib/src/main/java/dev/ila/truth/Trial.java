package dev.ila.truth;

import dev.ila.criteria.Costed;
import dev.ila.criteria.Criterion;
import dev.ila.criteria.Scored;
import dev.ila.criteria.Subject;
import dev.ila.model.LinearLayer;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Json;
import dev.ila.run.Require;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * One run's layers taken apart, and rankings of them held against what comes out: the run's mask,
 * its rivals, masks learned otherwise. All of it is kept in a directory as soon as it is there.
 *
 * @param run its directory, or an adapter's
 * @param subject the same with its model and data
 * @param settings how the truth is measured
 * @param directory takes losses and rankings
 * @param progress is told how far it is
 */
public record Trial(
        Path run, Subject subject, Truth.Settings settings, Path directory, Progress progress) {
    /** Is told how far something is. */
    public interface Progress {
        /** Something begins. */
        void begin(String name, int steps);

        /** So many of its steps are done. */
        void done(int steps);
    }

    /**
     * What a ranking took, as it is kept.
     *
     * @param seconds of time
     * @param examples read
     * @param tokens of them
     * @param peakMemory bytes; 0 where it is not known
     * @param notes what is to be known about it
     */
    private record Kept(
            double seconds, long examples, long tokens, long peakMemory, List<String> notes) {}

    /** Holds the run's own mask, if it has one, and these against the truth. */
    public Findings findings(List<Criterion> criteria, List<MaskVariant> masks) {
        Question question = Question.of(subject, settings);
        question.keep(directory);
        List<String> notes = new ArrayList<>(question.notes());
        List<Contender> rivals = new ArrayList<>();
        List<LinearLayer> changed = question.change().changed();
        for (Criterion c : criteria) {
            rivals.add(kept(c.key(), changed, notes, () -> ranked(c, changed)));
        }
        try (Truth truth = Truth.open(subject, question, settings, directory)) {
            List<Contender> contenders = new ArrayList<>();
            if (Files.exists(run.resolve("scores.csv"))) {
                contenders.add(Contender.mask(run, changed));
            }
            for (MaskVariant m : masks) {
                contenders.add(
                        kept(
                                m.key(),
                                changed,
                                notes,
                                () -> {
                                    progress.begin(m.key(), m.steps(truth.maskSteps(run)));
                                    return truth.mask(run, m, progress::done);
                                }));
            }
            contenders.addAll(rivals);
            contenders.removeIf(c -> ranksNothing(c, notes));
            Require.atLeast(1, contenders.size(), "number of rankings");
            progress.begin("each layer", truth.effectLosses());
            List<Effects> effects = truth.effects(progress::done);
            if (!Curves.fall(effects.get(0).losses())) {
                notes.add("all changes together do not lower the loss here: there is no area");
            }
            List<Findings.Held> held = new ArrayList<>();
            for (Contender c : contenders) {
                Curves along = curves(c.name(), truth.orders(c.ranking()), truth, effects);
                held.add(Findings.hold(c, effects, along, settings.seed()));
            }
            Curves random = curves("by-chance", truth.orders(), truth, effects);
            String name = run.normalize().toAbsolutePath().getFileName().toString();
            return Findings.of(name, effects, held, random, notes, settings.seed());
        }
    }

    private static boolean ranksNothing(Contender c, List<String> notes) {
        boolean nothing =
                c.ranking().scores().stream().map(LayerScore::score).distinct().count() < 2;
        if (nothing) {
            notes.add(c.name() + " has one score for all layers, and is left out");
        }
        return nothing;
    }

    private Truth.Masked ranked(Criterion by, List<LinearLayer> layers) {
        return new Truth.Masked(Contender.of(Costed.of(by, subject), layers), List.of());
    }

    private Curves curves(
            String name, List<List<LinearLayer>> orders, Truth truth, List<Effects> effects) {
        progress.begin("along " + name, truth.curveLosses(orders.size()));
        return truth.curves(name, orders, effects.get(0).losses(), progress::done);
    }

    /** A ranking as it was kept, or made now and kept. */
    private Contender kept(
            String name,
            List<LinearLayer> layers,
            List<String> notes,
            Supplier<Truth.Masked> make) {
        Path csv = directory.resolve("rankings").resolve(name + ".csv");
        Path cost = csv.resolveSibling(name + ".json");
        if (!Files.exists(cost)) {
            Truth.Masked made = make.get();
            Contender c = made.contender();
            AtomicFiles.write(csv, c.ranking().toCsv());
            Json.write(
                    cost,
                    new Kept(
                            c.seconds(),
                            c.read().examples(),
                            c.read().tokens(),
                            c.peakMemory(),
                            made.notes()));
        }
        Kept k = Json.read(cost, Kept.class);
        Ranking ranking = Ranking.fromCsv(csv);
        Require.that(
                ranking.size() == layers.size(),
                ranking.size(),
                "layers of " + csv,
                "those with a change, " + layers.size());
        notes.addAll(k.notes());
        Scored.Read read = new Scored.Read(k.examples(), k.tokens());
        return new Contender(name, ranking, k.seconds(), read, k.peakMemory());
    }
}
