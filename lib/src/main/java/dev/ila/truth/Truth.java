package dev.ila.truth;

import dev.ila.criteria.Subject;
import dev.ila.data.Example;
import dev.ila.model.LanguageModel;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import dev.ila.search.FinishedModel;
import dev.ila.search.Runs;
import dev.ila.search.SearchSettings;
import dev.ila.torch.Change;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * A run's change, open to be taken apart on conversations that it was not trained on. Losses are
 * kept in its directory as soon as they are there, so that the same question goes on where it was
 * stopped.
 */
public final class Truth implements AutoCloseable {
    /**
     * How it is measured.
     *
     * @param data conversations; empty for those that the run did not train on of its own
     * @param tokens supervised ones, at least, if there are as many
     * @param atOnce tokens that are read side by side
     * @param cuts shares of the layers at which sets of them are kept and dropped
     * @param orders by chance, and of a ranking with equal scores
     * @param seed from which all chance follows
     */
    public record Settings(
            Optional<SearchSettings.Data> data,
            int tokens,
            int atOnce,
            List<Double> cuts,
            int orders,
            long seed) {
        /** Checks each value. */
        public Settings {
            cuts = List.copyOf(cuts);
            Require.atLeast(1, tokens, "--tokens");
            Require.atLeast(1, atOnce, "--tokens-at-once");
            Require.atLeast(1, orders, "--orders");
            Curves.check(cuts);
        }
    }

    private final Settings settings;
    private final Path directory;
    private final List<LinearLayer> layers;
    private final LanguageModel model;
    private final Change change;
    private final List<Example> examples;

    private Truth(
            Settings settings,
            Path directory,
            List<LinearLayer> layers,
            LanguageModel model,
            Change change,
            List<Example> examples) {
        this.settings = settings;
        this.directory = directory;
        this.layers = layers;
        this.model = model;
        this.change = change;
        this.examples = examples;
    }

    /** Loads the model. */
    static Truth open(Subject subject, Question question, Settings settings, Path directory) {
        LanguageModel model = subject.load();
        try {
            return new Truth(
                    settings,
                    directory,
                    question.change().changed(),
                    model,
                    question.change().onto(model.network()),
                    question.examples());
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /** Conversations that are read. */
    public int conversations() {
        return examples.size();
    }

    /** Losses of one conversation with one set of layers that {@link #effects} needs. */
    public int effectLosses() {
        return Ablation.sets(layers.size()) * conversations();
    }

    /** What each layer is worth, by both kinds. */
    public List<Effects> effects(IntConsumer done) {
        return Ablation.measure(layers, sets -> measured("ablation", sets, done));
    }

    private MaskedLosses measured(String name, List<List<Subset>> sets, IntConsumer done) {
        return MaskedLosses.measure(
                new MaskedLosses.Asked(
                        model.network().masked(change),
                        model.layers().size(),
                        examples,
                        settings.atOnce()),
                sets,
                directory.resolve("losses").resolve(name + ".csv"),
                done);
    }

    /** Orders of a ranking's layers. */
    public List<List<LinearLayer>> orders(Ranking of) {
        return Curves.orders(of, settings.orders(), settings.seed());
    }

    /** Orders by chance. */
    public List<List<LinearLayer>> orders() {
        return Curves.random(layers, settings.orders(), settings.seed());
    }

    /** The most losses that {@link #curves} needs of so many orders. */
    public int curveLosses(int orders) {
        return 2 * orders * settings.cuts().size() * conversations();
    }

    /**
     * The loss along orders of the layers.
     *
     * @param name of the ranking that they come from
     * @param ends losses with all changes and with none, of {@link #effects}
     */
    public Curves curves(
            String name, List<List<LinearLayer>> orders, MaskedLosses ends, IntConsumer done) {
        return Curves.measure(
                name, orders, settings.cuts(), ends, sets -> measured("curve-" + name, sets, done));
    }

    /**
     * A ranking, and what is to be known about it.
     *
     * @param notes a line each
     */
    record Masked(Contender contender, List<String> notes) {}

    /** Steps of the mask of a run. */
    int maskSteps(Path run) {
        return Runs.settings(run).stage2().steps();
    }

    /**
     * A ranking by a mask that is learned otherwise, of the same change.
     *
     * @param done is told of each step
     */
    Masked mask(Path run, MaskVariant variant, IntConsumer done) {
        Masks masks =
                new Masks(
                        model.network(),
                        change,
                        layers,
                        Runs.settings(run).with(Runs.mask(run)),
                        FinishedModel.trained(run),
                        done);
        Contender learned = variant.learn(masks);
        return new Masked(learned, masks.notes());
    }

    @Override
    public void close() {
        model.close();
    }
}
