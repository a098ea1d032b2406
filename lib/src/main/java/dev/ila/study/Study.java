package dev.ila.study;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.ila.run.Failure;
import dev.ila.run.Require;
import dev.ila.search.Milestone;
import dev.ila.search.Named;
import dev.ila.search.Runs;
import dev.ila.search.SearchSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A study's definition, one small JSON file: every model with every data set, seed and settings.
 *
 * <pre>
 * {
 *   "models": {"smollm2": "models/SmolLM2-135M-Instruct"},
 *   "data": {"alpaca": "${ILA_DATA}/alpaca.json", "lima": ["lima-1.jsonl", "lima-2.jsonl"]},
 *   "seeds": 3,
 *   "settings": {"usual": {"data.limit": 600, "compute.precision": "bf16"}},
 *   "milestones": {"alpaca": ["20 steps", "50 %"]}
 * }
 * </pre>
 *
 * Without {@code models} the embedded one is studied. Models and data are named as in {@link
 * Named}: paths, embedded sets, repositories of the hub. A data set may be an object with {@code
 * files} and the {@code columns} of {@link dev.ila.data.Conversations.Reading}. {@code settings}
 * change {@link SearchSettings#of}, by the names of {@code run.json}; without them there is one,
 * {@code usual}, that changes nothing. {@code ${NAME}} stands for an environment variable.
 *
 * @param models names, as in {@link Named}, by short name; empty: the embedded model
 * @param data sets by short name
 * @param seeds number of runs of each cell of the grid
 * @param settings changes by short name
 * @param milestones of the runs of a data set, by its short name; their ends are ranked in any case
 */
public record Study(
        Map<String, String> models,
        Map<String, Source> data,
        int seeds,
        Map<String, Map<String, JsonElement>> settings,
        Map<String, List<Milestone>> milestones) {
    private static final String MODELS = "models";
    private static final String DATA = "data";
    private static final String SEEDS = "seeds";
    private static final String SETTINGS = "settings";
    private static final String MILESTONES = "milestones";
    private static final String FILES = "files";
    private static final String COLUMNS = "columns";
    private static final List<String> SOURCE = List.of(FILES, COLUMNS);
    private static final Set<String> KEYS = Set.of(MODELS, DATA, SEEDS, SETTINGS, MILESTONES);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._]*");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)}");

    /** The first seed of the second data set is this much above that of the first. */
    private static final int SEEDS_OF_A_SET = 100;

    /** Checks names and numbers. */
    public Study {
        Require.that(!data.isEmpty(), data, DATA, "one set or more");
        Require.that(
                seeds >= 1 && seeds <= SEEDS_OF_A_SET,
                seeds,
                SEEDS,
                "between 1 and " + SEEDS_OF_A_SET);
        for (String set : milestones.keySet()) {
            Require.that(
                    data.containsKey(set), set, "data set with milestones", "one of the study's");
        }
        for (Map<String, ?> names : List.of(models, data, settings)) {
            for (String name : names.keySet()) {
                Require.that(
                        NAME.matcher(name).matches(),
                        name,
                        "name in a study",
                        "letters, digits, . and _");
            }
        }
    }

    /**
     * A data set.
     *
     * @param files their names
     * @param columns that stand for the names of a form; empty: as they are named
     */
    public record Source(List<String> files, Map<String, String> columns) {
        /** Takes copies. */
        public Source {
            files = List.copyOf(files);
            columns = Map.copyOf(columns);
        }
    }

    /**
     * One run of the grid.
     *
     * @param name of its directory
     * @param factors {@code model}, {@code data} and {@code settings} by their short names
     * @param settings with its seed
     * @param milestones at which its layers are ranked too
     */
    public record Run(
            String name,
            Map<String, String> factors,
            SearchSettings settings,
            List<Milestone> milestones) {}

    /**
     * Reads a definition.
     *
     * @throws IllegalArgumentException if it is none; the message names the file
     */
    public static Study read(Path file) {
        return read(file, Study::expanded);
    }

    /** The same with its names as they are written, {@code ${NAME}} in them. */
    static Study written(Path file) {
        return read(file, name -> name);
    }

    private static Study read(Path file, UnaryOperator<String> names) {
        try {
            JsonElement json = JsonParser.parseString(Files.readString(file));
            Require.that(json.isJsonObject(), json, file.toString(), "a JSON object");
            JsonObject object = json.getAsJsonObject();
            for (String key : object.keySet()) {
                Require.that(KEYS.contains(key), key, "name in " + file, "one of " + sorted(KEYS));
            }
            Require.that(object.has(DATA), "without data", file.toString(), "with data");
            return new Study(
                    strings(object, MODELS, names),
                    sources(object.getAsJsonObject(DATA), names),
                    object.has(SEEDS) ? object.get(SEEDS).getAsInt() : 1,
                    settings(object),
                    milestones(object));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s could not be read: %s".formatted(file, Failure.reason(e)), e);
        } catch (JsonParseException
                | ClassCastException
                | IllegalStateException
                | UnsupportedOperationException e) {
            throw new IllegalArgumentException(
                    "%s must be a study, but is: %s".formatted(file, e.getMessage()), e);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "%s must have whole seeds, but is: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }

    private static Map<String, String> strings(
            JsonObject object, String key, UnaryOperator<String> change) {
        Map<String, String> strings = new LinkedHashMap<>();
        if (object.has(key)) {
            object.getAsJsonObject(key)
                    .entrySet()
                    .forEach(
                            e -> strings.put(e.getKey(), change.apply(e.getValue().getAsString())));
        }
        return strings;
    }

    private static Map<String, Source> sources(JsonObject object, UnaryOperator<String> names) {
        Map<String, Source> sources = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> e : object.entrySet()) {
            boolean whole = e.getValue().isJsonObject();
            JsonObject one = whole ? e.getValue().getAsJsonObject() : new JsonObject();
            for (String key : one.keySet()) {
                Require.that(
                        SOURCE.contains(key), key, "name in " + e.getKey(), "one of " + SOURCE);
            }
            JsonElement files = whole ? one.get(FILES) : e.getValue();
            Require.that(files != null, "without files", "data set " + e.getKey(), "with files");
            List<String> of = new ArrayList<>();
            if (files.isJsonArray()) {
                files.getAsJsonArray().forEach(x -> of.add(names.apply(x.getAsString())));
            } else {
                of.add(names.apply(files.getAsString()));
            }
            sources.put(e.getKey(), new Source(of, strings(one, COLUMNS, name -> name)));
        }
        return sources;
    }

    private static Map<String, Map<String, JsonElement>> settings(JsonObject object) {
        Map<String, Map<String, JsonElement>> settings = new LinkedHashMap<>();
        if (object.has(SETTINGS)) {
            object.getAsJsonObject(SETTINGS)
                    .entrySet()
                    .forEach(e -> settings.put(e.getKey(), e.getValue().getAsJsonObject().asMap()));
        }
        return settings.isEmpty() ? Map.of("usual", Map.of()) : settings;
    }

    private static Map<String, List<Milestone>> milestones(JsonObject object) {
        Map<String, List<Milestone>> milestones = new LinkedHashMap<>();
        if (object.has(MILESTONES)) {
            object.getAsJsonObject(MILESTONES)
                    .entrySet()
                    .forEach(
                            e ->
                                    milestones.put(
                                            e.getKey(),
                                            e.getValue().getAsJsonArray().asList().stream()
                                                    .map(m -> new Milestone(m.getAsString()))
                                                    .toList()));
        }
        return milestones;
    }

    private static String expanded(String path) {
        return VARIABLE.matcher(path)
                .replaceAll(
                        m -> {
                            String value = System.getenv(m.group(1));
                            Require.that(
                                    value != null,
                                    "not set",
                                    "environment variable " + m.group(1) + " of a study",
                                    "set");
                            return Matcher.quoteReplacement(value);
                        });
    }

    /**
     * All runs. Each data set has seeds of its own, 1, 2, … the first, 101, 102, … the second, so
     * that runs of different sets never share their chance; more seeds change no run there is.
     */
    public List<Run> runs() {
        Map<String, String> of = models.isEmpty() ? Map.of("embedded", "") : models;
        List<Run> runs = new ArrayList<>();
        for (Map.Entry<String, String> model : of.entrySet()) {
            for (String change : settings.keySet()) {
                int first = 1;
                for (String set : data.keySet()) {
                    SearchSettings whole = settings(model.getValue(), set, change);
                    for (int seed = first; seed < first + seeds; seed++) {
                        runs.add(
                                new Run(
                                        name(model.getKey(), set, change, seed),
                                        Map.of(
                                                "model",
                                                model.getKey(),
                                                "data",
                                                set,
                                                "settings",
                                                change),
                                        whole.withSeed(seed),
                                        milestones.getOrDefault(set, List.of())));
                    }
                    first += SEEDS_OF_A_SET;
                }
            }
        }
        return runs;
    }

    /** As short as the grid allows. */
    private String name(String model, String set, String change, int seed) {
        return (models.size() > 1 ? model + "-" : "")
                + set
                + (settings.size() > 1 ? "-" + change : "")
                + "-"
                + seed;
    }

    private SearchSettings settings(String model, String set, String change) {
        String[] files = data.get(set).files().toArray(new String[0]);
        SearchSettings usual =
                model.isEmpty()
                        ? SearchSettings.embedded().withData(files)
                        : SearchSettings.of(model, files);
        for (String file : usual.data().files()) {
            Require.that(Named.isData(file), file, "file of " + set, "there");
        }
        return Runs.changed(
                usual.with(usual.data().withColumns(data.get(set).columns())),
                settings.get(change));
    }
}
