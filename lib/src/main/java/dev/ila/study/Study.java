package dev.ila.study;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.ila.run.Failure;
import dev.ila.run.Require;
import dev.ila.search.Milestone;
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
 * Without {@code models} the embedded one is studied. A file of {@code data} may be the name of an
 * embedded set. {@code settings} change {@link SearchSettings#of}, by the names of {@code
 * run.json}; without them there is one, {@code usual}, that changes nothing. {@code ${NAME}} stands
 * for an environment variable.
 *
 * @param models directories by short name; empty: the embedded model
 * @param data files by short name
 * @param seeds number of runs of each cell of the grid
 * @param settings changes by short name
 * @param milestones of the runs of a data set, by its short name; their ends are ranked in any case
 */
public record Study(
        Map<String, String> models,
        Map<String, List<String>> data,
        int seeds,
        Map<String, Map<String, JsonElement>> settings,
        Map<String, List<Milestone>> milestones) {
    private static final String MODELS = "models";
    private static final String DATA = "data";
    private static final String SEEDS = "seeds";
    private static final String SETTINGS = "settings";
    private static final String MILESTONES = "milestones";
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
        try {
            JsonElement json = JsonParser.parseString(Files.readString(file));
            Require.that(json.isJsonObject(), json, file.toString(), "a JSON object");
            JsonObject object = json.getAsJsonObject();
            for (String key : object.keySet()) {
                Require.that(KEYS.contains(key), key, "name in " + file, "one of " + sorted(KEYS));
            }
            Require.that(object.has(DATA), "without data", file.toString(), "with data");
            return new Study(
                    strings(object, MODELS),
                    files(object.getAsJsonObject(DATA)),
                    object.has(SEEDS) ? object.get(SEEDS).getAsInt() : 1,
                    settings(object),
                    milestones(object));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s could not be read: %s".formatted(file, Failure.reason(e)), e);
        } catch (JsonParseException | ClassCastException | IllegalStateException e) {
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

    private static Map<String, String> strings(JsonObject object, String key) {
        Map<String, String> strings = new LinkedHashMap<>();
        if (object.has(key)) {
            object.getAsJsonObject(key)
                    .entrySet()
                    .forEach(e -> strings.put(e.getKey(), expanded(e.getValue().getAsString())));
        }
        return strings;
    }

    private static Map<String, List<String>> files(JsonObject object) {
        Map<String, List<String>> files = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> e : object.entrySet()) {
            List<String> of = new ArrayList<>();
            if (e.getValue().isJsonArray()) {
                e.getValue().getAsJsonArray().forEach(x -> of.add(expanded(x.getAsString())));
            } else {
                of.add(expanded(e.getValue().getAsString()));
            }
            files.put(e.getKey(), List.copyOf(of));
        }
        return files;
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
        String[] files = data.get(set).toArray(new String[0]);
        SearchSettings usual =
                model.isEmpty()
                        ? SearchSettings.embedded().withData(files)
                        : SearchSettings.of(model, files);
        SearchSettings changed = Runs.changed(usual, settings.get(change));
        changed.data()
                .files()
                .forEach(
                        f ->
                                Require.that(
                                        Files.isRegularFile(Path.of(f)),
                                        f,
                                        "file of " + set,
                                        "there"));
        return changed;
    }
}
