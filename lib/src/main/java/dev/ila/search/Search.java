package dev.ila.search;

import dev.ila.data.Dataset;
import dev.ila.model.Architecture;
import dev.ila.model.Checkpoint;
import dev.ila.run.RunDirectory;
import dev.ila.run.Seeds;
import dev.ila.train.History;
import dev.ila.train.Stability;
import dev.ila.train.State;
import dev.ila.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

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

        /** A stage has ended. */
        default void ended(int stage) {}

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
    private final Milestones milestones;
    private long saved = System.nanoTime();

    private Search(
            SearchSettings settings,
            RunDirectory run,
            Observer observer,
            List<Milestone> milestones) {
        this.settings = settings;
        this.seeds = Seeds.of(settings.seed());
        this.run = run;
        this.observer = observer;
        this.milestones = new Milestones(milestones, run, settings);
    }

    /**
     * Runs a search in a new directory.
     *
     * @throws java.util.concurrent.CancellationException if the thread is interrupted; the run can
     *     be resumed then
     */
    public static Outcome start(SearchSettings settings, RunDirectory run, Observer observer) {
        return start(settings, run, observer, List.of());
    }

    /** The same, and Δθ is kept for {@link Milestones#rank}. */
    public static Outcome start(
            SearchSettings settings,
            RunDirectory run,
            Observer observer,
            List<Milestone> milestones) {
        return new Search(settings, run, observer, milestones).go(false);
    }

    /**
     * Goes on with a run from its last checkpoint.
     *
     * @param threads those asked for, if any were
     * @throws IllegalArgumentException if it is finished, its files have changed, or other threads
     *     are asked for
     */
    public static Outcome resume(RunDirectory run, OptionalInt threads, Observer observer) {
        return resume(run, threads, observer, List.of());
    }

    /** The same, and Δθ is kept for {@link Milestones#rank}. */
    public static Outcome resume(
            RunDirectory run, OptionalInt threads, Observer observer, List<Milestone> milestones) {
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
        return new Search(settings, run, observer, milestones).go(true);
    }

    private Outcome go(boolean resume) {
        try (Session session = Session.open(settings)) {
            Checkpoint checkpoint = session.checkpoint();
            RunFile about = about(checkpoint, session.aligned(), session.data());
            if (resume) {
                RunFile.read(run.settings()).requireSame(about.data(), about.model());
            }
            Architecture architecture = checkpoint.architecture();
            Memory.Trained trained =
                    Preview.trained(settings.delta(), session.layers(), architecture);
            Memory memory = Preview.memory(settings, architecture, trained, session.data());
            Preview.tooLarge(settings, memory).ifPresent(observer::note);
            DeltaTheta start = session.initial();
            session.model();
            // Not before everything was read: what cannot run leaves nothing in its directory.
            if (!resume) {
                about.write(run.settings());
            }
            Report report = new Report(settings, run, about.inputs(seeds), session.data());
            Optional<State> from =
                    resume && Files.exists(stateFile())
                            ? Optional.of(State.read(stateFile()))
                            : Optional.empty();
            return stages(session, start, from, report);
        }
    }

    private Outcome stages(Session session, DeltaTheta start, Optional<State> from, Report report) {
        State state;
        DeltaTheta learned = start;
        Optional<Stability.Point> stable = Optional.empty();
        if (from.isPresent() && from.get().stage() == 2) {
            state = from.get();
            learned =
                    settings.delta().learned()
                            ? DeltaTheta.read(run.path(), session.layers())
                            : start;
            stable = settings.stage1().stable(state.history());
        } else {
            History history = new History(List.of());
            if (settings.delta().learned()) {
                DeltaTheta begun = start;
                State first = from.orElseGet(() -> begun.begin(settings, session.checkpoint()));
                Session.Tuned tuned = session.stage1(start, first, observer, this::stepOfStage1);
                history = tuned.history();
                stable = tuned.stable();
                learned = tuned.change();
            }
            if (settings.lastStage() == 2) {
                learned.requireChange();
            }
            if (!(settings.delta() instanceof Delta.Aligned)) {
                learned.keep(run, settings);
            }
            if (settings.lastStage() == 1) {
                return report.stage1(history, stable, learned);
            }
            float[] s = settings.stage2().initial(session.layers().size());
            state = State.start(2, s, history);
            save(state);
        }
        LearnedMask mask = session.stage2(learned, state, observer, this::saveIfDue);
        return report.stage2(mask, stable, learned, session.gains(learned));
    }

    /** Tells both of every step; the observer may ask to stop. */
    static Trainer.Listener listener(Observer observer, Trainer.Listener each) {
        return new Trainer.Listener() {
            @Override
            public void stepped(Trainer.Progress progress) {
                observer.step(progress.step());
                each.stepped(progress);
            }

            @Override
            public boolean stopAsked() {
                return observer.stopAsked();
            }
        };
    }

    private void stepOfStage1(Trainer.Progress progress) {
        // Before the checkpoint: a resumed run begins after it.
        milestones.keep(progress);
        saveIfDue(progress);
    }

    private void saveIfDue(Trainer.Progress progress) {
        long now = System.nanoTime();
        boolean due = progress.step().step() % STEPS_BETWEEN == 0;
        if (progress.ends() || due || now - saved > NANOS_BETWEEN) {
            save(progress.state());
            saved = now;
        }
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
