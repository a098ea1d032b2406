package dev.ila.search;

import dev.ila.data.Batch;
import dev.ila.data.Batches;
import dev.ila.data.Dataset;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import dev.ila.run.RunDirectory;
import dev.ila.run.Seeds;
import dev.ila.torch.Change;
import dev.ila.torch.DeviceVector;
import dev.ila.train.History;
import dev.ila.train.Stability;
import dev.ila.train.State;
import dev.ila.train.Trainable;
import dev.ila.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * One search on files: opens them, runs {@link Ila}'s two stages, keeps everything that is needed.
 */
public final class Search {
    /** Who wants to know how it goes. */
    public interface Observer {
        /**
         * A stage begins.
         *
         * @param done steps made before, in a resumed run
         * @param steps the most there will be
         */
        default void stage(int stage, int done, int steps) {}

        /** A step was made. */
        default void step(History.Step step) {}

        /** Something to know before it begins, in one line. */
        default void note(String line) {}

        /** Whether to save and stop; asked after each step. */
        default boolean stopAsked() {
            return false;
        }
    }

    /** Checkpoints come at least this often. */
    private static final int STEPS_BETWEEN = 25;

    private static final long NANOS_BETWEEN = 30_000_000_000L;

    private final SearchSettings settings;
    private final Seeds seeds;
    private final RunDirectory run;
    private final Observer observer;
    private long saved = System.nanoTime();

    private Search(SearchSettings settings, RunDirectory run, Observer observer) {
        this.settings = settings;
        this.seeds = Seeds.of(settings.seed());
        this.run = run;
        this.observer = observer;
    }

    /**
     * Runs a search in a new directory.
     *
     * @throws java.util.concurrent.CancellationException if the thread is interrupted; the run can
     *     be resumed then
     */
    public static Outcome start(SearchSettings settings, RunDirectory run, Observer observer) {
        return new Search(settings, run, observer).go(false);
    }

    /**
     * Goes on with a run from its last checkpoint.
     *
     * @param threads those asked for, if any were
     * @throws IllegalArgumentException if it is finished, its files have changed, or other threads
     *     are asked for
     */
    public static Outcome resume(RunDirectory run, OptionalInt threads, Observer observer) {
        if (Files.exists(run.result())) {
            throw new IllegalArgumentException(
                    "run to resume must be unfinished, but is: finished; its result is "
                            + run.result());
        }
        SearchSettings settings = RunFile.read(run.settings()).settings();
        int begun = settings.compute().threads();
        if (threads.orElse(begun) != begun) {
            throw new IllegalArgumentException(
                    "--threads must be %d, with which the run was begun, but is: %d; leave it out"
                                    .formatted(begun, threads.getAsInt())
                            + " with --resume, since other threads round differently");
        }
        return new Search(settings, run, observer).go(true);
    }

    private Outcome go(boolean resume) {
        Checkpoint checkpoint = Checkpoint.open(Path.of(settings.model()));
        Optional<Checkpoint> aligned = settings.delta().aligned();
        Dataset data = settings.data().read(checkpoint);
        Dataset.Split split = data.split(settings.data().heldOut(), seeds.order());
        Work work =
                new Work(
                        batches(split, seeds.order()),
                        batches(split, seeds.mask()),
                        heldOut(split));
        RunFile about = about(checkpoint, aligned, data);
        if (resume) {
            RunFile.read(run.settings()).requireSame(about.data(), about.model());
        }
        Memory.Trained trained = Preview.trained(settings.delta(), checkpoint.layers());
        Preview.tooLarge(
                        settings,
                        Preview.memory(settings, checkpoint.architecture(), trained, data))
                .ifPresent(observer::note);
        DeltaSource source = DeltaSource.of(settings.delta(), checkpoint, aligned, seeds.init());
        try (LanguageModel model =
                LanguageModel.load(checkpoint, aligned.orElse(checkpoint), settings.compute())) {
            // Not before everything was read: what cannot run leaves nothing in its directory.
            if (!resume) {
                about.write(run.settings());
            }
            Report report = new Report(settings, run, about.inputs(seeds), data);
            Optional<State> from =
                    resume && Files.exists(stateFile())
                            ? Optional.of(State.read(stateFile()))
                            : Optional.empty();
            return stages(model, source, work, from, report);
        }
    }

    /** Batches of a step of stage 1 and of stage 2, from 1, and what is held out. */
    private record Work(
            IntFunction<List<Batch>> first, IntFunction<List<Batch>> second, List<Batch> heldOut) {}

    private Outcome stages(
            LanguageModel model,
            DeltaSource source,
            Work work,
            Optional<State> from,
            Report report) {
        State state;
        DeltaSource learned = source;
        Optional<Stability.Point> stable = Optional.empty();
        if (from.isPresent() && from.get().stage() == 2) {
            state = from.get();
            learned = settings.delta().learned() ? source.kept(run) : source;
            stable = settings.stage1().stable(state.history());
        } else {
            History history = new History(List.of());
            if (settings.delta().learned()) {
                State start = from.orElse(State.start(1, source.initial(), history));
                Change change = source.onto(model.network());
                Trainer trainer =
                        new Trainer(
                                model.network(),
                                Ila.stage1(model.network(), change),
                                settings.stage1().training());
                history = train(trainer, 1, work.first(), work.heldOut(), start);
                stable = settings.stage1().stable(history);
                learned =
                        new DeltaSource(source.layers(), source.layout(), change.values().values());
                change.values().close();
            }
            learned.requireChange(learned.initial());
            if (!(settings.delta() instanceof SearchSettings.Delta.Aligned)) {
                DeltaSource.keep(run, learned, learned.initial(), settings.model());
            }
            if (settings.lastStage() == 1) {
                return report.stage1(history, stable, learned);
            }
            float[] s = settings.stage2().initial(model.layers().size());
            state = State.start(2, s, history);
            save(state);
        }
        return stage2(model, learned, work.second(), state, stable, report);
    }

    private Outcome stage2(
            LanguageModel model,
            DeltaSource learned,
            IntFunction<List<Batch>> batches,
            State state,
            Optional<Stability.Point> stable,
            Report report) {
        Change change = learned.onto(model.network());
        DeviceVector logits = model.network().vector(state.values());
        Trainable mask = Ila.stage2(change, logits, settings.stage2());
        Trainer trainer = new Trainer(model.network(), mask, settings.stage2().training());
        History history = train(trainer, 2, batches, List.of(), state);
        double[] gain =
                Ila.gain(model.network(), change, Report.gainBatches(batches, settings.stage2()));
        return report.stage2(history, stable, learned, logits.values(), gain);
    }

    private History train(
            Trainer trainer,
            int stage,
            IntFunction<List<Batch>> batches,
            List<Batch> heldOut,
            State from) {
        int most = stage == 1 ? settings.stage1().schedule().steps() : settings.stage2().steps();
        observer.stage(stage, from.step(), most);
        return trainer.run(
                batches,
                heldOut,
                from,
                new Trainer.Listener() {
                    @Override
                    public void stepped(Trainer.Progress progress) {
                        observer.step(progress.step());
                        long now = System.nanoTime();
                        boolean due = progress.step().step() % STEPS_BETWEEN == 0;
                        if (progress.ends() || due || now - saved > NANOS_BETWEEN) {
                            save(progress.state());
                            saved = now;
                        }
                    }

                    @Override
                    public boolean stopAsked() {
                        return observer.stopAsked();
                    }
                });
    }

    private IntFunction<List<Batch>> batches(Dataset.Split split, long seed) {
        SearchSettings.Data d = settings.data();
        Batches all = new Batches(split.train(), d.batchSize(), d.microBatch(), seed);
        return step -> all.step(step - 1L);
    }

    private List<Batch> heldOut(Dataset.Split split) {
        return Batches.inOrder(split.heldOut(), settings.data().microBatch());
    }

    private RunFile about(Checkpoint checkpoint, Optional<Checkpoint> aligned, Dataset data) {
        Map<String, String> files = new TreeMap<>();
        data.sources().forEach(s -> files.put(s.file(), s.sha256()));
        Map<String, String> models = new TreeMap<>();
        models.put("weights", checkpoint.sha256());
        aligned.ifPresent(a -> models.put("aligned", a.sha256()));
        return new RunFile(settings, files, models);
    }

    private Path stateFile() {
        return run.checkpoint().resolve("state.safetensors");
    }

    private void save(State state) {
        Report.directory(run.checkpoint());
        state.write(stateFile());
    }
}
