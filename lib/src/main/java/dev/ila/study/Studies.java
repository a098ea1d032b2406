package dev.ila.study;

import com.google.gson.JsonObject;
import dev.ila.rank.Comparison;
import dev.ila.rank.Contrast;
import dev.ila.rank.RankedRun;
import dev.ila.rank.Ranking;
import dev.ila.run.Json;
import dev.ila.run.RunDirectory;
import dev.ila.search.Milestone;
import dev.ila.search.Milestones;
import dev.ila.search.Named;
import dev.ila.search.Result;
import dev.ila.search.Runs;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A study in a directory: {@code runs/NAME} for each run, and what comes of all. Finished runs are
 * never made again; a run that was interrupted goes on from its checkpoint.
 */
public final class Studies {
    private static final String PINS = "pins.json";

    private final Study study;
    private final Path directory;
    private final List<String> only;

    /** A study's definition and where its runs are. */
    public Studies(Study study, Path directory) {
        this(study, directory, List.of());
    }

    private Studies(Study study, Path directory, List<String> only) {
        readPins(directory);
        this.study = study;
        this.directory = directory;
        this.only = List.copyOf(only);
    }

    /**
     * A part of the study.
     *
     * @param names of runs; none: all
     */
    public Studies only(List<String> names) {
        return new Studies(study, directory, names);
    }

    /** Lets the study's names on the hub stand for the commits that they stood for at its start. */
    public static void readPins(Path directory) {
        Path file = directory.resolve(PINS);
        if (Files.exists(file)) {
            Map<String, String> pins = new TreeMap<>();
            Json.read(file, JsonObject.class)
                    .entrySet()
                    .forEach(e -> pins.put(e.getKey(), e.getValue().getAsString()));
            Named.pin(pins);
        }
    }

    /** Keeps in a directory for which commits these names on the hub stand, if any does. */
    public static void keepPins(Path directory, List<String> models, List<String> data) {
        Map<String, String> pins = Named.pins(models, data);
        if (!pins.isEmpty()) {
            Json.write(directory.resolve(PINS), pins);
        }
    }

    /** Keeps for which commits the study's names on the hub stand, if it has any. */
    public void keepPins() {
        keepPins(
                directory,
                List.copyOf(study.models().values()),
                study.data().values().stream().flatMap(s -> s.files().stream()).toList());
    }

    /** Who wants to know how a study goes. */
    public interface Observer {
        /**
         * A run begins or goes on.
         *
         * @param number from 1
         * @param of number of runs
         * @return who follows it
         */
        Search.Observer run(int number, int of, Study.Run run);
    }

    /** Where its runs and its report are. */
    public Path directory() {
        return directory;
    }

    /** The directory of a run. */
    public Path path(Study.Run run) {
        return directory.resolve("runs").resolve(run.name());
    }

    /**
     * How far each run is; one whose milestones are not all ranked is not finished.
     *
     * @throws IllegalArgumentException if one was made by another definition; the message names it
     */
    public Map<Study.Run, Runs.State> states() {
        Map<Study.Run, Runs.State> states = new LinkedHashMap<>();
        study.runs().stream()
                .filter(run -> only.isEmpty() || only.contains(run.name()))
                .forEach(
                        run -> {
                            Runs.State state = Runs.state(path(run), run.settings());
                            boolean ranks = state == Runs.State.FINISHED && !finished(run);
                            states.put(run, ranks ? Runs.State.BEGUN : state);
                        });
        return states;
    }

    /**
     * Makes what is left to do, one run after the other.
     *
     * @throws java.util.concurrent.CancellationException if an observer asks to stop; the same call
     *     goes on
     */
    public void run(Observer observer) {
        Map<Study.Run, Runs.State> states = states();
        keepPins();
        int number = 0;
        for (Map.Entry<Study.Run, Runs.State> entry : states.entrySet()) {
            number++;
            if (entry.getValue() != Runs.State.FINISHED) {
                Study.Run run = entry.getKey();
                Search.Observer of = observer.run(number, states.size(), run);
                make(path(run), run.settings(), run.milestones(), of);
            }
        }
    }

    /**
     * Makes one run, or what is left of it.
     *
     * @param path its directory
     * @throws RunDirectory.InUse if somebody else is making it
     */
    public static void make(
            Path path,
            SearchSettings settings,
            List<Milestone> milestones,
            Search.Observer observer) {
        boolean fresh = Runs.state(path, settings) == Runs.State.NEW;
        try (RunDirectory kept = fresh ? RunDirectory.create(path) : RunDirectory.open(path)) {
            if (fresh) {
                Search.start(settings, kept, observer, milestones);
            } else if (Runs.state(path, settings) == Runs.State.BEGUN) {
                Search.resume(kept, OptionalInt.empty(), observer, milestones);
            }
            new Milestones(milestones, kept, settings).rank(observer);
        }
    }

    /** Whether a run has its result and all its milestones, by its files alone. */
    public boolean finished(Study.Run run) {
        return Files.exists(path(run).resolve("result.json"))
                && Milestones.missing(path(run), run.milestones()).isEmpty();
    }

    /** What each finished run found. */
    public Map<Study.Run, Result> results() {
        Map<Study.Run, Result> results = new LinkedHashMap<>();
        states().forEach(
                        (run, state) -> {
                            if (state == Runs.State.FINISHED) {
                                Path result = path(run).resolve("result.json");
                                results.put(run, Json.read(result, Result.class));
                            }
                        });
        return results;
    }

    /**
     * The ends of the finished runs compared, each with each.
     *
     * @throws IllegalArgumentException if fewer than two are finished
     */
    public Comparison comparison(Comparison.Settings settings) {
        return Comparison.of(ends(results().keySet()), settings);
    }

    private List<RankedRun> ends(Collection<Study.Run> of) {
        return of.stream().map(run -> ranked(run, "", path(run).resolve("scores.csv"))).toList();
    }

    private static RankedRun ranked(Study.Run run, String milestone, Path scores) {
        Map<String, String> factors = new TreeMap<>(run.factors());
        factors.put("milestone", milestone);
        String name = milestone.isEmpty() ? run.name() : run.name() + " at " + milestone;
        OptionalLong seed = OptionalLong.of(run.settings().seed());
        return new RankedRun(name, factors, seed, Ranking.fromCsv(scores));
    }

    /**
     * Rankings at a milestone beside the ends: the contrast {@code milestone, same seed} is with a
     * run's own end, {@code milestone} with those of other seeds.
     *
     * @return by data set, then by milestone; empty if the study has none
     */
    public Map<String, Map<String, List<Contrast>>> milestones(Comparison.Settings settings) {
        Map<String, Map<String, List<Contrast>>> all = new LinkedHashMap<>();
        study.milestones()
                .forEach(
                        (set, milestones) -> {
                            List<Study.Run> own =
                                    results().keySet().stream()
                                            .filter(r -> r.factors().get("data").equals(set))
                                            .toList();
                            Map<String, List<Contrast>> contrasts = new LinkedHashMap<>();
                            for (Milestone m : milestones) {
                                contrasts.put(m.name(), contrasts(own, m, settings));
                            }
                            all.put(set, contrasts);
                        });
        return all;
    }

    private List<Contrast> contrasts(
            List<Study.Run> own, Milestone milestone, Comparison.Settings settings) {
        List<RankedRun> runs = new ArrayList<>(ends(own));
        for (Study.Run run : own) {
            runs.add(ranked(run, milestone.name(), Milestones.scores(path(run), milestone)));
        }
        return Comparison.of(runs, settings).table().stream()
                .filter(c -> c.differs().startsWith("milestone"))
                .toList();
    }
}
