package dev.ila.search;

import com.google.gson.JsonElement;
import dev.ila.rank.RankedRun;
import dev.ila.rank.Ranking;
import dev.ila.run.Hash;
import dev.ila.run.Json;
import dev.ila.run.Require;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads finished runs, and other people's scores, for {@link dev.ila.rank.Comparison}. */
public final class Runs {
    private static final int SHORT = 8;

    /** Settings that do not change what is learned. */
    private static final List<String> NOT_A_FACTOR =
            List.of(
                    "model",
                    "data.files",
                    "data.microBatch",
                    "seed",
                    "compute.threads",
                    "compute.products");

    /** Settings that follow the machine and round differently, no more. */
    private static final List<String> ROUNDING = List.of("compute.threads", "compute.products");

    private static final Pattern NAMED = Pattern.compile("([^=/\\\\]+?)(?:#(-?\\d+))?=(.+)");

    private Runs() {}

    /**
     * Reads a run, with model, data, settings and seed as its {@code run.json} has them, or a CSV
     * or JSON of layers and scores.
     *
     * @param text a run directory or such a file; or {@code DATA=PATH} or {@code DATA#SEED=PATH},
     *     which says what the run's data and seed were
     * @param notes takes what is to be known about it, a line each
     */
    public static RankedRun read(String text, List<String> notes) {
        Matcher named = NAMED.matcher(text);
        boolean told = !Files.exists(Path.of(text)) && named.matches();
        Path path = Path.of(told ? named.group(3) : text);
        boolean directory = Files.isDirectory(path);
        Ranking ranking = ranking(path, notes);
        String name = path.normalize().toAbsolutePath().getFileName().toString();
        if (told) {
            String seed = named.group(2);
            return new RankedRun(
                    text.substring(0, named.start(3) - 1),
                    Map.of("data", named.group(1)),
                    seed == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(seed)),
                    ranking);
        }
        Path run = directory ? path.resolve("run.json") : path.resolveSibling("run.json");
        if (directory && Files.exists(run)) {
            RunFile about = RunFile.read(run);
            long seed = about.settings().seed();
            return new RankedRun(name, factors(about), OptionalLong.of(seed), ranking);
        }
        notes.add(name + ": data and seed are not known; DATA#SEED=PATH tells them");
        return new RankedRun(name, Map.of("data", name), OptionalLong.empty(), ranking);
    }

    /**
     * The ranking of a finished run, or of a file of anyone's.
     *
     * @param path a run directory, or a CSV or JSON file
     * @param notes takes what is to be known about it, a line each
     */
    public static Ranking ranking(Path path, List<String> notes) {
        Require.that(
                Files.exists(path),
                path,
                "run",
                "a run directory, or a CSV or JSON file, that exists");
        Path scores = Files.isDirectory(path) ? path.resolve("scores.csv") : path;
        Require.that(
                Files.exists(scores),
                path,
                "run",
                "finished, with its scores.csv; go on with it by ila-search --resume");
        return Ranking.fromAny(scores, notes);
    }

    /** A run's settings. */
    public static SearchSettings settings(Path run) {
        Path file = run.resolve("run.json");
        Require.that(Files.exists(file), run, "run", "a run's directory, with its run.json");
        return RunFile.read(file).settings();
    }

    /** Whether a finished run has chosen its mask's sparsity by what it held out. */
    public static boolean choseSparsity(Path run) {
        SearchSettings settings = settings(run);
        return settings.lastStage() == 2 && !settings.stage2().others().isEmpty();
    }

    /**
     * The settings of the mask that a finished run has, with the one sparsity it was learned by; of
     * a run without a mask those it was given, with the first.
     */
    public static Ila.MaskSettings mask(Path run) {
        Ila.MaskSettings asked = settings(run).stage2();
        if (!choseSparsity(run)) {
            return asked.each().get(0);
        }
        Result result = Json.read(run.resolve("result.json"), Result.class);
        return asked.with(List.of(result.findings().metrics().get(Report.CHOSEN)));
    }

    /** How far a run is. */
    public enum State {
        /** Nothing is there. */
        NEW,
        /** It can be resumed. */
        BEGUN,
        /** Its result is there. */
        FINISHED
    }

    /**
     * How far a run is that was planned with these settings.
     *
     * @throws IllegalArgumentException if what is there was made with other settings or data
     */
    public static State state(Path directory, SearchSettings planned) {
        Path file = directory.resolve("run.json");
        if (!Files.exists(file)) {
            return State.NEW;
        }
        RunFile about = RunFile.read(file);
        Map<String, String> made = about.flat();
        Map<String, String> wanted = new RunFile(planned, Map.of(), Map.of()).flat();
        List<String> differ = new ArrayList<>();
        wanted.forEach(
                (name, value) -> {
                    if (!ROUNDING.contains(name) && !value.equals(made.get(name))) {
                        differ.add("%s %s, not %s".formatted(name, made.get(name), value));
                    }
                });
        made.forEach(
                (name, value) -> {
                    if (!ROUNDING.contains(name) && !wanted.containsKey(name)) {
                        differ.add("%s %s, not there now".formatted(name, value));
                    }
                });
        for (String data : planned.data().files()) {
            for (Path part : Named.files(data)) {
                if (!about.data().containsValue(Hash.sha256(part))) {
                    differ.add(data + " with other content");
                }
            }
        }
        Require.that(
                differ.isEmpty(),
                String.join("; ", differ),
                "run " + directory.getFileName(),
                "as it is asked for now; name another directory with --out, or remove "
                        + directory);
        return Files.exists(directory.resolve("result.json")) ? State.FINISHED : State.BEGUN;
    }

    /**
     * Settings with some of their values changed.
     *
     * @param values by the names that {@code result.json} has under {@code
     *     provenance.inputs.settings}, as {@code stage1.schedule.steps}
     */
    public static SearchSettings changed(SearchSettings settings, Map<String, JsonElement> values) {
        return RunFile.changed(settings, values);
    }

    /** The settings as text, for {@link #settings}. */
    public static String text(SearchSettings settings) {
        return new RunFile(settings, Map.of(), Map.of()).text();
    }

    /** Settings from their {@link #text}. */
    public static SearchSettings settings(String text) {
        return RunFile.parse(text).settings();
    }

    /** By names that tell runs apart: of equal names their places in the list follow. */
    public static List<RankedRun> read(List<String> texts, List<String> notes) {
        List<RankedRun> runs = new ArrayList<>();
        for (String text : texts) {
            RankedRun run = read(text, notes);
            boolean taken = runs.stream().anyMatch(r -> r.name().equals(run.name()));
            runs.add(taken ? run.named(run.name() + " (" + (runs.size() + 1) + ")") : run);
        }
        return runs;
    }

    private static Map<String, String> factors(RunFile about) {
        Map<String, String> factors = new TreeMap<>();
        factors.put("model", named(about.settings().model(), about.model().toString()));
        List<String> data = new ArrayList<>();
        about.data().forEach((file, hash) -> data.add(shortName(file) + " " + cut(hash)));
        factors.put("data", String.join(", ", data));
        Map<String, String> rest = about.flat();
        NOT_A_FACTOR.forEach(rest::remove);
        factors.put("settings", cut(hash(rest.toString())));
        return factors;
    }

    private static String named(String path, String hashes) {
        return shortName(path) + " " + cut(hash(hashes));
    }

    private static String hash(String text) {
        return Hash.sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String shortName(String path) {
        return Path.of(path).getFileName().toString();
    }

    private static String cut(String hash) {
        return hash.substring(0, SHORT);
    }
}
