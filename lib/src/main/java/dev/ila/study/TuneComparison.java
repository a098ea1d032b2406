package dev.ila.study;

import dev.ila.eval.Benchmark;
import dev.ila.eval.HeldOut;
import dev.ila.eval.Judged;
import dev.ila.eval.Question;
import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Require;
import dev.ila.search.Delta;
import dev.ila.search.FineTuning;
import dev.ila.search.Named;
import dev.ila.search.Preview;
import dev.ila.search.Runs;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import dev.ila.train.Diverged;
import dev.ila.train.Schedule;
import dev.ila.train.Stability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Selective fine-tuning compared (paper §4): all layers, the most important ones, and rivals of
 * equal size, each for several seeds. Of a seed all have the same conversations in the same order
 * and as many steps; what is compared is the loss on conversations that none was trained on and
 * none was stopped by.
 *
 * <p>In its directory are the runs; finished ones are never made again.
 */
public final class TuneComparison {
    /** Draws of the layers in a resampled training. */
    private static final int DRAWS = 10;

    /**
     * What is compared.
     *
     * @param base model, data, LoRA's rank or full fine-tuning, steps; its targets and seed are not
     *     read
     * @param seeds one or more
     * @param cuts shares of the layers
     * @param draws of each choice by chance, for each seed
     * @param rates of learning; of several each arm takes the one with the least held-out loss at
     *     the first seed. The ranking comes from the base's.
     */
    public record Settings(
            SearchSettings base,
            List<Long> seeds,
            List<Double> cuts,
            int draws,
            List<Double> rates) {
        /** Takes copies, and checks them. */
        public Settings {
            seeds = List.copyOf(seeds);
            cuts = List.copyOf(cuts);
            rates = List.copyOf(rates);
            Require.atLeast(1, seeds.size(), "number of seeds");
            Require.atLeast(1, cuts.size(), "number of cuts");
            Require.atLeast(1, rates.size(), "number of rates");
            Require.atLeast(1, draws, "draws");
            Require.that(
                    base.delta() instanceof Delta.Lora || base.delta() instanceof Delta.Full,
                    base.delta(),
                    "change",
                    "LoRA or full");
            Require.atLeast(2, base.stage1().schedule().steps(), "steps");
            Require.that(
                    cuts.stream().map(Arm::cut).distinct().count() == cuts.size(),
                    cuts,
                    "cuts",
                    "apart by 0.001 or more");
        }
    }

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

    private final Settings settings;
    private final Path directory;
    private final Measured measured;
    private final List<LinearLayer> layers;
    private final Preview preview;

    /** A comparison and its directory. */
    public TuneComparison(Settings settings, Path directory, Map<Benchmark, List<Question>> tasks) {
        this.settings = settings;
        this.directory = directory;
        this.measured = new Measured(tasks);
        this.preview = Preview.of(settings.base());
        this.layers = Checkpoint.open(Named.directory(settings.base().model())).layers();
    }

    /** What is compared. */
    public Settings settings() {
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
            SearchSettings search = fixed(settings.base().withSeed(seed), baseRate());
            Path searched = directory.resolve("runs").resolve("search-" + seed);
            made(searched, search, observer);
            Ranking ranking = Ranking.fromCsv(searched.resolve("scores.csv"));
            for (Arm arm : arms(ranking, seed)) {
                if (arm.kind().equals(Arm.RESAMPLED)
                        && !(settings.base().delta() instanceof Delta.Lora)) {
                    continue; // it is LoRA's
                }
                Optional<Double> chosen = Optional.ofNullable(rates.get(arm.name()));
                List<Double> tried = chosen.map(List::of).orElse(settings.rates());
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
            SearchSettings own = settings(arm, seed, rate);
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
                if (settings.rates().size() == 1) {
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

    private List<Arm> arms(Ranking ranking, long seed) {
        return Arm.of(layers, ranking, settings.cuts(), settings.draws(), seed, this::numbers);
    }

    private long numbers(LinearLayer l) {
        return settings.base().delta() instanceof Delta.Lora lora
                ? (long) lora.rank() * (l.inputs() + l.outputs())
                : l.parameters();
    }

    private double baseRate() {
        return settings.base().stage1().schedule().rate();
    }

    /** With the same number of steps whatever the held-out loss does, measured at the end alone. */
    private static SearchSettings fixed(SearchSettings of, double rate) {
        Schedule s = of.stage1().schedule();
        return of.with(
                new FineTuning(
                        new Schedule(rate, s.warmup(), s.shape(), s.steps()),
                        of.stage1().weightDecay(),
                        of.stage1().maxNorm(),
                        s.steps(),
                        new Stability(of.stage1().stability().epsilon(), 1)));
    }

    private SearchSettings settings(Arm arm, long seed, double rate) {
        List<String> names = arm.layers().stream().map(LinearLayer::name).toList();
        Delta delta = settings.base().delta().on(names);
        if (arm.kind().equals(Arm.RESAMPLED)) {
            int steps = settings.base().stage1().schedule().steps();
            delta =
                    new Delta.Resampled(
                            (Delta.Lora) delta, arm.atOnce(), (steps + DRAWS - 1) / DRAWS);
        }
        return stage1(fixed(settings.base().withSeed(seed).with(delta), rate));
    }

    /** A search's first stage is the tuning of all layers. */
    private Path run(Arm arm, long seed, double rate, Path searched) {
        if (arm.kind().equals(Arm.ALL) && rate == baseRate()) {
            return searched;
        }
        String name = arm.name().replaceAll("[ ,%]+", "-") + "-" + seed;
        String rated = settings.rates().size() > 1 ? name + "-" + rate : name;
        return directory.resolve("runs").resolve(rated.replace("--", "-"));
    }

    /** What came of a run; if it is the arm's only one, its tasks are asked at once. */
    private Trial trial(
            Arm arm, double rate, boolean alone, SearchSettings own, Path run, Observer observer) {
        long numbers = arm.layers().stream().mapToLong(this::numbers).sum();
        return new Trial(
                arm,
                own.seed(),
                rate,
                numbers * arm.atOnce() / arm.layers().size(),
                measured.heldOut(run, own, alone, observer),
                Measured.cost(run, preview.with(own.delta()).memory().total()),
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
                measured.judged(run, settings(t.arm(), t.seed(), t.rate()), observer));
    }

    private static SearchSettings stage1(SearchSettings s) {
        return new SearchSettings(
                s.model(), s.data(), s.delta(), s.compute(), s.seed(), s.stage1(), s.stage2(), 1);
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
