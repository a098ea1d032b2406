package dev.ila.study;

import dev.ila.criteria.Criterion;
import dev.ila.criteria.Subject;
import dev.ila.eval.Benchmark;
import dev.ila.eval.HeldOut;
import dev.ila.eval.Judged;
import dev.ila.eval.Question;
import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import dev.ila.run.AtomicFiles;
import dev.ila.search.Delta;
import dev.ila.search.Named;
import dev.ila.search.Preview;
import dev.ila.search.Runs;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import dev.ila.torch.Dimensions;
import dev.ila.train.Diverged;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Selective fine-tuning compared (paper §4): all layers, the most important ones, and rivals of
 * equal size, each for several seeds. Of a seed all have the same conversations in the same order
 * and as many steps; what is compared is the loss on conversations that none was trained on and
 * none was stopped by.
 *
 * <p>In its directory are the runs; finished ones are never made again.
 */
public final class TuneComparison {
    /**
     * What came of an arm with a seed.
     *
     * @param arm what was tuned
     * @param seed its seed
     * @param rate of learning
     * @param numbers trained
     * @param heldOut losses
     * @param cost of its training
     * @param judged answers, by task
     */
    public record Trial(
            Arm arm,
            long seed,
            double rate,
            long numbers,
            HeldOut heldOut,
            Cost cost,
            Map<Benchmark, List<Judged>> judged) {}

    private final ComparisonSettings settings;
    private final Path directory;
    private final Measured measured;
    private final List<LinearLayer> layers;
    private final Preview preview;
    private final Optional<String> lisaLeftOut;

    /** A comparison and its directory. */
    public TuneComparison(
            ComparisonSettings settings, Path directory, Map<Benchmark, List<Question>> tasks) {
        this.settings = settings;
        this.directory = directory;
        this.measured = new Measured(tasks);
        this.preview = Preview.of(settings.first());
        this.layers = Checkpoint.open(Named.directory(settings.base().model())).layers();
        this.lisaLeftOut = lisaLeftOut();
    }

    private Optional<String> lisaLeftOut() {
        try {
            preview.with(new Delta.Lisa(Math.max(1, settings.lisa().blocks()), 1));
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** Why LISA cannot train this model, if it cannot. */
    public Optional<String> whyNoLisa() {
        return settings.lisa().blocks() == 0 ? Optional.empty() : lisaLeftOut;
    }

    /** What is compared. */
    public ComparisonSettings settings() {
        return settings;
    }

    /** Where its runs are. */
    public Path directory() {
        return directory;
    }

    /** Who wants to know how it goes. */
    @FunctionalInterface
    public interface Observer {
        /** A run begins, or goes on; it is told from here. */
        Search.Observer run(String name);
    }

    /**
     * Makes what is left to do, and gives all of it, seed by seed, in the order of the arms. A rate
     * at which an arm diverges is none for it, if there are others.
     */
    public List<Trial> run(Observer observer) {
        List<Trial> trials = new ArrayList<>();
        Map<String, Double> rates = new LinkedHashMap<>();
        for (long seed : settings.seeds()) {
            SearchSettings search = settings.search(seed);
            Path searched = directory.resolve("runs").resolve("search-" + seed);
            made(searched, search, observer);
            Ranking ranking = Ranking.fromCsv(searched.resolve("scores.csv"));
            Map<String, Ranking> others = new LinkedHashMap<>();
            for (Criterion c : settings.by()) {
                others.put(c.key(), ranked(c, search, searched, observer));
            }
            for (Arm arm : arms(ranking, others, seed)) {
                if (arm.kind().equals(Arm.RESAMPLED)
                        && !(settings.base().delta() instanceof Delta.Lora)) {
                    continue; // it is LoRA's
                }
                Optional<Double> chosen = Optional.ofNullable(rates.get(arm.name()));
                List<Double> tried = chosen.map(List::of).orElse(settings.rates(arm));
                Trial best = best(arm, seed, tried, searched, observer);
                rates.put(arm.name(), best.rate());
                trials.add(judged(best, searched, observer));
            }
        }
        return trials;
    }

    private Trial best(Arm arm, long seed, List<Double> rates, Path searched, Observer observer) {
        Optional<Trial> best = Optional.empty();
        for (double rate : rates) {
            SearchSettings own = settings.of(arm, seed, rate);
            Path run = run(arm, seed, rate, searched);
            Path diverged = run.resolveSibling(run.getFileName() + "-diverged.txt");
            if (Files.exists(diverged)) {
                continue;
            }
            try {
                if (!run.equals(searched)) {
                    made(run, own, observer);
                }
            } catch (Diverged e) {
                if (settings.rates(arm).size() == 1) {
                    throw e;
                }
                AtomicFiles.write(diverged, e.getMessage() + "\n");
                continue;
            }
            Trial trial = trial(arm, rate, rates.size() == 1, own, run, observer);
            if (best.isEmpty() || trial.heldOut().mean() < best.get().heldOut().mean()) {
                best = Optional.of(trial);
            }
        }
        return best.orElseThrow(
                () ->
                        new Diverged(
                                "%s must be trained at a rate at which it does not diverge, but is: at %s"
                                        .formatted(arm.name(), rates)));
    }

    /** A criterion's ranking of a search's change, made once, and kept with it. */
    private static Ranking ranked(
            Criterion by, SearchSettings search, Path searched, Observer observer) {
        Path csv = searched.resolve("rankings").resolve(by.key() + ".csv");
        if (!Files.exists(csv)) {
            IntConsumer done = Measured.watch(observer, searched, by.key());
            Subject.Progress progress =
                    new Subject.Progress() {
                        @Override
                        public void begin(Criterion of, int steps) {
                            done.accept(0);
                        }

                        @Override
                        public void done(int steps) {
                            done.accept(steps);
                        }
                    };
            Subject subject = Subject.of(searched, search, progress);
            AtomicFiles.write(csv, by.rank(subject).ranking().toCsv());
        }
        return Ranking.fromCsv(csv);
    }

    private List<Arm> arms(Ranking ranking, Map<String, Ranking> others, long seed) {
        List<Arm> arms =
                new ArrayList<>(
                        Arm.of(
                                layers,
                                ranking,
                                others,
                                settings.cuts(),
                                settings.draws(),
                                seed,
                                settings::numbers));
        if (settings.lisa().blocks() > 0 && lisaLeftOut.isEmpty()) {
            int atOnce = settings.lisa().blocks() * Dimensions.LAYERS_PER_BLOCK;
            arms.add(new Arm(Arm.LISA, "", 0, layers, atOnce));
        }
        return arms;
    }

    /** A search's first stage is the tuning of all layers. */
    private Path run(Arm arm, long seed, double rate, Path searched) {
        if (arm.kind().equals(Arm.ALL) && rate == settings.baseRate()) {
            return searched;
        }
        String name = arm.name().replaceAll("[ ,%]+", "-") + "-" + seed;
        String rated = settings.rates(arm).size() > 1 ? name + "-" + rate : name;
        return directory.resolve("runs").resolve(rated.replace("--", "-"));
    }

    /** What came of a run; if it is the arm's only one, its tasks are asked at once. */
    private Trial trial(
            Arm arm, double rate, boolean alone, SearchSettings own, Path run, Observer observer) {
        Preview of = preview.with(own.delta());
        long numbers =
                arm.kind().equals(Arm.LISA)
                        ? of.trained().numbers()
                        : arm.layers().stream().mapToLong(settings::numbers).sum()
                                * arm.atOnce()
                                / arm.layers().size();
        return new Trial(
                arm,
                own.seed(),
                rate,
                numbers,
                measured.heldOut(run, own, alone, observer),
                Measured.cost(run, of.memory().total()),
                Map.of());
    }

    private Trial judged(Trial t, Path searched, Observer observer) {
        if (measured.tasks().isEmpty()) {
            return t;
        }
        Path run = run(t.arm(), t.seed(), t.rate(), searched);
        return new Trial(
                t.arm(),
                t.seed(),
                t.rate(),
                t.numbers(),
                t.heldOut(),
                t.cost(),
                measured.judged(run, settings.of(t.arm(), t.seed(), t.rate()), observer));
    }

    private void made(Path run, SearchSettings of, Observer observer) {
        if (!Files.exists(run.resolve("result.json"))) {
            Search.Observer follows = observer.run(run.getFileName().toString());
            Studies.make(run, of, List.of(), Measured.peak(run, of, follows));
        } else {
            // Refuses by name what was made with other settings.
            Runs.state(run, of);
        }
    }
}
