package dev.ila.truth;

import dev.ila.criteria.Scored;
import dev.ila.data.Batch;
import dev.ila.data.Batches;
import dev.ila.data.Example;
import dev.ila.model.LinearLayer;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import dev.ila.run.Seeds;
import dev.ila.search.Ila;
import dev.ila.search.SearchSettings;
import dev.ila.search.Sparsity;
import dev.ila.torch.Change;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network;
import dev.ila.train.History;
import dev.ila.train.State;
import dev.ila.train.Trainable;
import dev.ila.train.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * Learns masks of a change that is there, on the conversations that it was trained on, but for some
 * that are left to choose by.
 */
final class Masks {
    /** Conversations that no mask is trained on. */
    private static final int CHOOSE = 32;

    private final Network network;
    private final Change change;
    private final List<LinearLayer> layers;
    private final SearchSettings settings;
    private final List<Example> trained;
    private final List<Example> choice;
    private final List<String> notes = new ArrayList<>();
    private final IntConsumer done;
    private int steps;

    /**
     * Of a run.
     *
     * @param layers with a change
     * @param examples that it was trained on
     * @param done is told of each step
     */
    Masks(
            Network network,
            Change change,
            List<LinearLayer> layers,
            SearchSettings settings,
            List<Example> examples,
            IntConsumer done) {
        this.network = network;
        this.change = change;
        this.layers = layers;
        this.settings = settings;
        int left = Math.min(CHOOSE, examples.size() - settings.data().batchSize());
        Require.atLeast(1, left, "conversations left beside a batch, to choose a mask by,");
        this.trained = examples.subList(0, examples.size() - left);
        this.choice = examples.subList(examples.size() - left, examples.size());
        this.done = done;
    }

    /**
     * A mask as it was learned.
     *
     * @param layers with a change
     * @param after s of all layers of the model, after each step
     * @param tokens of each step
     * @param seconds all steps took
     */
    record Course(
            List<LinearLayer> layers, List<float[]> after, List<Long> tokens, double seconds) {
        /** Tokens of the first steps. */
        long tokens(int steps) {
            return tokens.subList(0, steps).stream().mapToLong(t -> t).sum();
        }

        int steps() {
            return after.size();
        }

        double[] logits(int step) {
            float[] s = after.get(step - 1);
            return layers.stream().mapToDouble(l -> s[l.index()]).toArray();
        }

        Ranking ranking(int step) {
            return Ranking.ofMask(layers, logits(step));
        }

        /** From the lowest to the highest σ(s) at the end. */
        double spread() {
            return Masks.spread(ranking(steps()));
        }
    }

    private double spread(float... logits) {
        return spread(Ila.rank(layers, logits));
    }

    private static double spread(Ranking ranking) {
        List<LayerScore> scores = ranking.scores();
        return scores.get(0).score() - scores.get(scores.size() - 1).score();
    }

    Ila.MaskSettings settings() {
        return settings.stage2();
    }

    List<LinearLayer> layers() {
        return layers;
    }

    void note(String line) {
        notes.add(line);
    }

    List<String> notes() {
        return List.copyOf(notes);
    }

    Course course(Ila.MaskSettings how, double spread) {
        return course(how, 0, spread);
    }

    /**
     * Learns a mask.
     *
     * @param order of the batches
     * @param spread that ends it, if not 0
     */
    Course course(Ila.MaskSettings how, int order, double spread) {
        SearchSettings.Data d = settings.data();
        Seeds seeds = Seeds.of(settings.seed());
        Batches batches = new Batches(trained, d.batchSize(), d.microBatch(), seeds.mask() + order);
        float[] start = how.initial(network.dimensions().layers());
        List<float[]> after = new ArrayList<>();
        List<Long> tokens = new ArrayList<>();
        AtomicBoolean enough = new AtomicBoolean();
        long began = System.nanoTime();
        try (DeviceVector logits = network.vector(start)) {
            Trainable what = Ila.stage2(change, logits, how);
            Trainer trainer = new Trainer(network, what, how.training());
            trainer.run(
                    step -> batches.step(step - 1L),
                    List.of(),
                    State.start(2, start, new History(List.of())),
                    new Trainer.Listener() {
                        @Override
                        public void stepped(Trainer.Progress progress) {
                            after.add(logits.values());
                            tokens.add(progress.step().tokens());
                            done.accept(++steps);
                        }

                        /** Asked before it is told. */
                        @Override
                        public boolean stopAsked() {
                            enough.set(spread > 0 && spread(logits.values()) >= spread);
                            return enough.get();
                        }
                    });
        } catch (CancellationException e) {
            if (!enough.get()) {
                throw e;
            }
        }
        return new Course(
                layers, List.copyOf(after), List.copyOf(tokens), (System.nanoTime() - began) / 1e9);
    }

    /** Chooses among masks that were learned with a sparsity each, on the conversations left. */
    Sparsity.Choice choose(List<Course> courses) {
        List<Ranking> rankings = courses.stream().map(c -> c.ranking(c.steps())).toList();
        return Sparsity.choose(network, change, rankings, toChooseBy());
    }

    /** Says so if the pull decides which masks fall. */
    String decided(Course course, Ila.MaskSettings how) {
        if (how.sparsity() == 0) {
            return "";
        }
        double[] gain = Ila.gain(network, change, toChooseBy());
        return Sparsity.decides(course.ranking(course.steps()), gain, how)
                .map(warning -> "; " + warning)
                .orElse("");
    }

    private List<Batch> toChooseBy() {
        return Batches.inOrder(choice, settings.data().microBatch());
    }

    /** What a variant has made, of the first steps of some courses. */
    Contender contender(MaskVariant of, Ranking ranking, int steps, List<Course> courses) {
        double seconds = courses.stream().mapToDouble(c -> c.seconds() * steps / c.steps()).sum();
        long examples = (long) courses.size() * steps * settings.data().batchSize();
        long tokens = courses.stream().mapToLong(c -> c.tokens(steps)).sum();
        return new Contender(of.key(), ranking, seconds, new Scored.Read(examples, tokens), 0);
    }
}
