package dev.ila.search;

import dev.ila.data.Batch;
import dev.ila.data.Batches;
import dev.ila.data.Dataset;
import dev.ila.eval.Answers;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import dev.ila.run.Seeds;
import dev.ila.torch.Change;
import dev.ila.torch.Network;
import dev.ila.train.History;
import dev.ila.train.Stability;
import dev.ila.train.State;
import dev.ila.train.Trainable;
import dev.ila.train.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * A model and its data, open, to work with step by step: what a notebook holds. Every method gives
 * values in Java's memory; on the device only θ₀ stays, so that a step can be made again.
 *
 * <p>{@link Search} makes the same steps and keeps them in files. Not for two threads at once.
 */
public final class Session implements AutoCloseable {
    /**
     * Stage 1's outcome.
     *
     * @param change Δθ
     * @param history every step
     * @param stable where it became stable, if it did
     */
    public record Tuned(DeltaTheta change, History history, Optional<Stability.Point> stable) {
        /** The held-out loss that was measured last, in nats per supervised token. */
        public double heldOutLoss() {
            return history.lastHeldOut();
        }
    }

    /**
     * Stage 2's outcome.
     *
     * @param ranking of the layers with a Δθᵢ
     * @param course of the mask, step by step
     * @param history every step, stage 1's not among them
     * @param sparsity the one asked for, or chosen
     */
    public record Masked(Ranking ranking, MaskCourse course, History history, double sparsity) {}

    private final SearchSettings settings;
    private final Seeds seeds;
    private final Checkpoint checkpoint;
    private final Optional<Checkpoint> aligned;
    private final Dataset data;
    private final boolean shuffled;
    private final Dataset.Split split;
    private final Batches order;
    private final Batches mask;

    /** θ₀, loaded when it is first needed, for all sessions of one model. */
    private final AtomicReference<LanguageModel> loaded;

    private Session(
            SearchSettings settings,
            Checkpoint checkpoint,
            Dataset data,
            boolean shuffled,
            Dataset.Split split,
            AtomicReference<LanguageModel> loaded) {
        this.settings = settings;
        this.seeds = Seeds.of(settings.seed());
        this.checkpoint = checkpoint;
        this.aligned = settings.delta().aligned();
        this.data = data;
        this.shuffled = shuffled;
        this.split = split;
        this.order = batches(seeds.order());
        this.mask = batches(seeds.mask());
        this.loaded = loaded;
    }

    /** Reads the model's headers and the data; the weights are loaded by the first step. */
    public static Session open(SearchSettings s) {
        Checkpoint checkpoint = Checkpoint.open(Named.directory(s.model()));
        Dataset data = Examples.read(s.data(), checkpoint);
        return new Session(s, checkpoint, data, false, split(data, s), new AtomicReference<>());
    }

    private static Dataset.Split split(Dataset data, SearchSettings s) {
        return data.split(s.data().heldOut(), Seeds.of(s.seed()).order());
    }

    /**
     * A session of other settings with the same weights, which stay loaded; closing either closes
     * them. Answers that are shuffled stay so, by the other settings' seed.
     *
     * @throws IllegalArgumentException if the model or how it computes is another, or a difference
     *     of models
     */
    public Session with(SearchSettings other) {
        same(other.model(), settings.model(), "model", "another model");
        same(other.compute(), settings.compute(), "compute", "another");
        // Beside the layers of a base stands everything else of the aligned model.
        if (aligned.isPresent() || other.delta().aligned().isPresent()) {
            same(other.delta(), settings.delta(), "change", "a difference of models");
        }
        boolean same = other.data().equals(settings.data());
        Dataset d = same ? data : Examples.read(other.data(), checkpoint);
        Session session = new Session(other, checkpoint, d, false, split(d, other), loaded);
        return shuffled ? session.withShuffledAnswers() : session;
    }

    private static void same(Object other, Object own, String what, String otherwise) {
        String rule = own + "; open another session for " + otherwise;
        Require.that(other.equals(own), other, what + " of a session's other settings", rule);
    }

    /** The same session with other examples, until it gets other settings. */
    public Session with(Dataset.Split other) {
        return new Session(settings, checkpoint, data, shuffled, other, loaded);
    }

    /**
     * The same session with each question beside another one's answer: what a ranking learned of
     * these shows has nothing to do with what was asked.
     */
    public Session withShuffledAnswers() {
        SearchSettings s = settings;
        Dataset d = Examples.read(s.data(), checkpoint, l -> l.withShuffledAnswers(seeds.order()));
        return new Session(s, checkpoint, d, true, split(d, s), loaded);
    }

    /** What it was opened with. */
    public SearchSettings settings() {
        return settings;
    }

    /** The model's files. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** The model's linear layers, in the order in which they run. */
    public List<LinearLayer> layers() {
        return checkpoint.layers();
    }

    /** All examples. */
    public Dataset data() {
        return data;
    }

    /** Which of them are trained on, and which are held out. */
    public Dataset.Split split() {
        return split;
    }

    /** Δθ before stage 1 (for LoRA A by chance and B = 0), or as it came. */
    public DeltaTheta initial() {
        return DeltaTheta.of(settings.delta(), checkpoint, aligned, seeds.init());
    }

    /** Stage 1: fine-tunes until stable or until the cap on steps. */
    public Tuned fineTune(Search.Observer observer) {
        Require.that(
                settings.delta().learned(),
                settings.delta(),
                "change to fine-tune",
                "LoRA or full; what exists already is ready for its mask: initial()");
        return stage1(initial(), initial().begin(settings, checkpoint), observer, s -> {});
    }

    /**
     * Stage 2: freezes Δθ and learns the mask; of several sparsities the best.
     *
     * @throws IllegalStateException if Δθᵢ of a layer is zero
     */
    public Masked learnMask(DeltaTheta change, Search.Observer observer) {
        change.requireChange();
        Ila.MaskSettings how = settings.stage2();
        List<float[]> after = new ArrayList<>();
        State from = State.start(2, how.initial(layers().size()), new History(List.of()));
        LearnedMask mask = stage2(change, from, observer, s -> after.add(s.state().values()));
        return mask.masked(how, change.changed(), after);
    }

    /** The ranking by the plain criterion: −∂L/∂γ at γ = 1, on the first batches of stage 2. */
    public Ranking gain(DeltaTheta change) {
        double[] gain = gains(change);
        List<LinearLayer> changed = change.changed();
        return Ranking.of(changed, changed.stream().mapToDouble(l -> gain[l.index()]).toArray());
    }

    /** Mean loss over the held-out supervised tokens with a change, in nats. */
    public double heldOutLoss(DeltaTheta change) {
        return onDevice(
                change, on -> Trainer.loss(network(), on, Ila.ones(layers().size()), heldOut()));
    }

    /**
     * What the model says with a change when it is asked, the likeliest token each time.
     *
     * @param most tokens
     */
    public String answer(DeltaTheta change, String question, int most) {
        return onDevice(change, on -> Answers.one(model(), on, question, most));
    }

    /** θ₀ on the device, not to be closed; it is loaded if it is not there. */
    public LanguageModel model() {
        if (loaded.get() == null) {
            Checkpoint others = aligned.orElse(checkpoint);
            loaded.set(LanguageModel.load(checkpoint, others, settings.compute()));
        }
        return loaded.get();
    }

    Optional<Checkpoint> aligned() {
        return aligned;
    }

    /** Stage 1 from a state on; {@code each} is told of every step after the observer. */
    Tuned stage1(DeltaTheta start, State from, Search.Observer observer, Trainer.Listener each) {
        FineTuning how = settings.stage1();
        try (Trainable what = start.learning(network(), settings)) {
            Trainer trainer = new Trainer(network(), what, how.training(settings.delta()));
            observer.stage(1, from.step(), how.schedule().steps());
            Trainer.Listener told = Search.listener(observer, each);
            History history = trainer.run(step -> order.step(step - 1L), heldOut(), from, told);
            observer.ended(1);
            DeltaTheta learned = start.learned(what.learned());
            return new Tuned(learned, history, how.stable(history));
        }
    }

    /** Stage 2 from a state on; {@code each} is told of every step after the observer. */
    LearnedMask stage2(DeltaTheta of, State from, Search.Observer observer, Trainer.Listener each) {
        return onDevice(
                of,
                on -> {
                    Ila.MaskSettings how = settings.stage2();
                    try (MaskSeries what = new MaskSeries(network(), on, how)) {
                        Trainer trainer = new Trainer(network(), what, how.training());
                        observer.stage(2, from.step(), how.allSteps());
                        // The same batches for every mask.
                        IntFunction<List<Batch>> steps = s -> mask.step((s - 1L) % how.steps());
                        Trainer.Listener told = Search.listener(observer, each);
                        History all = trainer.run(steps, List.of(), from, told);
                        observer.ended(2);
                        return what.best(of.changed(), all, heldOut());
                    }
                });
    }

    /** −∂L/∂γ at γ = 1, one for each layer of the model. */
    double[] gains(DeltaTheta learned) {
        return onDevice(learned, on -> Ila.gain(network(), on, gainBatches()));
    }

    /** What {@link #gain} reads: the first batches of stage 2. */
    public List<Batch> gainBatches() {
        return Report.gainBatches(step -> mask.step(step - 1L), settings.stage2());
    }

    private <T> T onDevice(DeltaTheta change, Function<Change, T> work) {
        Change on = change.onto(network());
        try {
            return work.apply(on);
        } finally {
            on.values().close();
        }
    }

    private Network network() {
        return model().network();
    }

    private Batches batches(long seed) {
        SearchSettings.Data d = settings.data();
        return new Batches(split.train(), d.batchSize(), d.microBatch(), seed);
    }

    private List<Batch> heldOut() {
        return Batches.inOrder(split.heldOut(), settings.data().microBatch());
    }

    /** Gives θ₀'s memory back; a later step loads it again. */
    @Override
    public void close() {
        Optional.ofNullable(loaded.getAndSet(null)).ifPresent(LanguageModel::close);
    }
}
