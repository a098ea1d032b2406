package dev.ila.study;

import dev.ila.data.Tokenizer;
import dev.ila.eval.Benchmark;
import dev.ila.eval.HeldOut;
import dev.ila.eval.Judged;
import dev.ila.eval.MultipleChoice;
import dev.ila.eval.Question;
import dev.ila.run.Host;
import dev.ila.run.Json;
import dev.ila.search.FinishedModel;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import dev.ila.train.History;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.function.IntConsumer;

/**
 * What is measured of a run of a comparison, and kept in its directory.
 *
 * @param tasks questions of multiple choice
 */
record Measured(Map<Benchmark, List<Question>> tasks) {
    private static final String PEAK = "memory.json";

    /**
     * The form of {@code memory.json}.
     *
     * @param peakBytes as {@link Cost#peak}
     */
    private record Peak(long peakBytes) {}

    /** θ₀ with what a run has learned, loaded once, when it is asked something. */
    private static final class Loading implements AutoCloseable {
        private final Path run;
        private final SearchSettings settings;
        private Optional<FinishedModel> model = Optional.empty();

        Loading(Path run, SearchSettings settings) {
            this.run = run;
            this.settings = settings;
        }

        FinishedModel model() {
            if (model.isEmpty()) {
                String name = settings.model();
                model = Optional.of(FinishedModel.load(name, Optional.of(run), settings.compute()));
            }
            return model.get();
        }

        @Override
        public void close() {
            model.ifPresent(FinishedModel::close);
        }
    }

    /** Keeps the order. */
    Measured {
        tasks = new LinkedHashMap<>(tasks);
    }

    /** Told how far an evaluation is; stops it when that is asked for. */
    static IntConsumer watch(TuneComparison.Observer observer, Path run, String what) {
        Search.Observer of = observer.run(run.getFileName() + ": " + what);
        return n -> {
            if (of.stopAsked()) {
                throw new CancellationException("stopped while a model was asked");
            }
        };
    }

    /**
     * Follows a run that is made now, and keeps the process's peak until the end of its first stage
     * beside its files.
     */
    static Search.Observer peak(Path run, SearchSettings of, Search.Observer observer) {
        if (of.compute().gpu().isPresent()) {
            return observer; // this process's memory is not the GPU's
        }
        Host.forgetPeak();
        return new Search.Observer() {
            @Override
            public void stage(int stage, int done, int steps) {
                observer.stage(stage, done, steps);
            }

            @Override
            public void step(History.Step step) {
                observer.step(step);
            }

            @Override
            public void ended(int stage) {
                if (stage == 1) {
                    Host.peakMemory().ifPresent(p -> Json.write(run.resolve(PEAK), new Peak(p)));
                }
                observer.ended(stage);
            }

            @Override
            public void note(String line) {
                observer.note(line);
            }

            @Override
            public boolean stopAsked() {
                return observer.stopAsked();
            }
        };
    }

    /**
     * What a run has cost.
     *
     * @param counted bytes of a step, by count
     */
    static Cost cost(Path run, long counted) {
        Path file = run.resolve(PEAK);
        OptionalLong peak =
                Files.exists(file)
                        ? OptionalLong.of(Json.read(file, Peak.class).peakBytes())
                        : OptionalLong.empty();
        return new Cost(median(run), peak, counted);
    }

    /**
     * Loss of the run on what it held out, as it is kept, or measured now.
     *
     * @param judge whether to ask the tasks' questions too, while the model is there
     */
    HeldOut heldOut(Path run, SearchSettings of, boolean judge, TuneComparison.Observer observer) {
        Path file = run.resolve("held-out.csv");
        try (Loading loading = new Loading(run, of)) {
            if (!Files.exists(file)) {
                IntConsumer done = watch(observer, run, "held-out loss");
                FinishedModel model = loading.model();
                HeldOut.measure(
                                model.model().network(),
                                model.change(),
                                FinishedModel.heldOut(run, FinishedModel.data(run)),
                                FinishedModel.tokensAtOnce(of),
                                done)
                        .write(file);
            }
            if (judge) {
                judged(loading, observer);
            }
        }
        return HeldOut.read(file);
    }

    /** Answers of the run, as they are kept for these questions, or asked for now. */
    Map<Benchmark, List<Judged>> judged(
            Path run, SearchSettings of, TuneComparison.Observer observer) {
        try (Loading loading = new Loading(run, of)) {
            return judged(loading, observer);
        }
    }

    private Map<Benchmark, List<Judged>> judged(Loading of, TuneComparison.Observer observer) {
        Map<Benchmark, List<Judged>> all = new LinkedHashMap<>();
        tasks.forEach(
                (task, asked) -> {
                    Path file = file(of.run, task);
                    Optional<List<Judged>> there =
                            Files.exists(file) ? Judged.read(file, asked) : Optional.empty();
                    all.put(task, there.orElseGet(() -> ask(of, task, observer)));
                });
        return all;
    }

    private List<Judged> ask(Loading of, Benchmark task, TuneComparison.Observer observer) {
        IntConsumer done = watch(observer, of.run, task.key());
        FinishedModel model = of.model();
        int tokens = FinishedModel.tokensAtOnce(of.settings);
        try (Tokenizer tokenizer = Tokenizer.load(model.model().checkpoint().directory())) {
            List<Judged> judged =
                    new MultipleChoice(model.model(), model.change(), tokenizer, tokens)
                            .judge(tasks.get(task), done);
            Judged.write(file(of.run, task), judged);
            return judged;
        }
    }

    private static Path file(Path run, Benchmark task) {
        return run.resolve(task.key() + ".csv");
    }

    /** Of a run's steps in stage 1, the first left out. */
    private static double median(Path run) {
        try {
            double[] seconds =
                    History.fromCsv(Files.readString(run.resolve("history.csv"))).stage(1).stream()
                            .skip(1)
                            .mapToDouble(History.Step::seconds)
                            .sorted()
                            .toArray();
            return seconds.length == 0 ? Double.NaN : seconds[seconds.length / 2];
        } catch (IOException e) {
            throw new UncheckedIOException(run + " must have its history, but has not", e);
        }
    }
}
