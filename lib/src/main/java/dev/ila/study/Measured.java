package dev.ila.study;

import dev.ila.data.Tokenizer;
import dev.ila.eval.Benchmark;
import dev.ila.eval.HeldOut;
import dev.ila.eval.Judged;
import dev.ila.eval.MultipleChoice;
import dev.ila.eval.Question;
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
import java.util.concurrent.CancellationException;
import java.util.function.IntConsumer;

/**
 * What is measured of a run of a comparison, and kept in its directory.
 *
 * @param tasks questions of multiple choice
 */
record Measured(Map<Benchmark, List<Question>> tasks) {
    private static final int TOKENS = 4096;

    /** Keeps the order. */
    Measured {
        tasks = new LinkedHashMap<>(tasks);
    }

    /** Told how far an evaluation is; stops it when that is asked for. */
    private static IntConsumer watch(TuneComparison.Observer observer, Path run, String what) {
        Search.Observer of = observer.run(run.getFileName() + ": " + what);
        return n -> {
            if (of.stopAsked()) {
                throw new CancellationException("stopped while a model was asked");
            }
        };
    }

    /** Loss of the run on what it held out, as it is kept, or measured now. */
    HeldOut heldOut(Path run, SearchSettings of, TuneComparison.Observer observer) {
        Path file = run.resolve("held-out.csv");
        if (!Files.exists(file)) {
            IntConsumer done = watch(observer, run, "held-out loss");
            try (FinishedModel model =
                    FinishedModel.load(of.model(), Optional.of(run), of.compute())) {
                HeldOut.measure(
                                model.model().network(),
                                model.change(),
                                FinishedModel.heldOut(run, FinishedModel.data(run)),
                                TOKENS,
                                done)
                        .write(file);
            }
        }
        return HeldOut.read(file);
    }

    /** Answers of the run, as they are kept for these questions, or asked for now. */
    Map<Benchmark, List<Judged>> judged(
            Path run, SearchSettings of, TuneComparison.Observer observer) {
        Map<Benchmark, List<Judged>> all = new LinkedHashMap<>();
        tasks.forEach(
                (task, asked) -> {
                    Path file = file(run, task);
                    Optional<List<Judged>> there =
                            Files.exists(file) ? Judged.read(file, asked) : Optional.empty();
                    all.put(task, there.orElseGet(() -> ask(run, of, task, observer)));
                });
        return all;
    }

    private List<Judged> ask(
            Path run, SearchSettings of, Benchmark task, TuneComparison.Observer observer) {
        IntConsumer done = watch(observer, run, task.key());
        try (FinishedModel model = FinishedModel.load(of.model(), Optional.of(run), of.compute());
                Tokenizer tokenizer = Tokenizer.load(model.model().checkpoint().directory())) {
            List<Judged> judged =
                    new MultipleChoice(model.model(), model.change(), tokenizer, TOKENS)
                            .judge(tasks.get(task), done);
            Judged.write(file(run, task), judged);
            return judged;
        }
    }

    private static Path file(Path run, Benchmark task) {
        return run.resolve(task.key() + ".csv");
    }

    /** Of a run's steps in stage 1, the first left out. */
    static double median(Path run) {
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
