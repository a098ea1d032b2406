package dev.ila.search;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonDeserializer;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Failure;
import dev.ila.run.Provenance;
import dev.ila.run.Require;
import dev.ila.torch.Compute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code run.json}: what a run was asked to do and with which files.
 *
 * @param settings all of them
 * @param data SHA-256 by file
 * @param model SHA-256 by name
 */
record RunFile(SearchSettings settings, Map<String, String> data, Map<String, String> model) {
    private static final Map<String, Class<? extends Delta>> KINDS =
            Map.of(
                    "lora", Delta.Lora.class,
                    "adalora", Delta.AdaLora.class,
                    "resampled", Delta.Resampled.class,
                    "full", Delta.Full.class,
                    "lisa", Delta.Lisa.class,
                    "adapter", Delta.Adapter.class,
                    "aligned", Delta.Aligned.class);

    private static final Gson GSON =
            new GsonBuilder()
                    .setPrettyPrinting()
                    .disableHtmlEscaping()
                    .registerTypeAdapter(Delta.class, writer())
                    .registerTypeAdapter(Delta.class, reader())
                    .create();

    void write(Path file) {
        AtomicFiles.write(file, text() + "\n");
    }

    String text() {
        return GSON.toJson(this);
    }

    static RunFile parse(String text) {
        return GSON.fromJson(text, RunFile.class);
    }

    static RunFile read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " could not be read: " + Failure.reason(e), e);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    file + " must be a run's settings, but is: " + e.getMessage(), e);
        }
    }

    /** Fails if a file that the run was begun with has changed since. */
    void requireSame(Map<String, String> dataNow, Map<String, String> modelNow) {
        Require.that(dataNow.equals(data), dataNow, "data", "that of the run to resume, " + data);
        Require.that(
                modelNow.equals(model), modelNow, "model", "that of the run to resume, " + model);
    }

    /** For a result: the settings as pairs of name and value. */
    Provenance.Inputs inputs(dev.ila.run.Seeds seeds) {
        return new Provenance.Inputs(seeds, flat(), data, model);
    }

    /** The settings as pairs of name and value. */
    Map<String, String> flat() {
        Map<String, String> flat = new TreeMap<>();
        flatten("", GSON.toJsonTree(settings), flat);
        return flat;
    }

    private static void flatten(String name, JsonElement value, Map<String, String> into) {
        if (!value.isJsonObject()) {
            into.put(name, value.isJsonPrimitive() ? value.getAsString() : value.toString());
            return;
        }
        String prefix = name.isEmpty() ? "" : name + ".";
        value.getAsJsonObject()
                .entrySet()
                .forEach(e -> flatten(prefix + e.getKey(), e.getValue(), into));
    }

    private static JsonSerializer<Delta> writer() {
        return (delta, type, context) -> {
            JsonObject out = new JsonObject();
            KINDS.forEach(
                    (kind, c) -> {
                        if (c.isInstance(delta)) {
                            out.addProperty("kind", kind);
                        }
                    });
            context.serialize(delta, delta.getClass())
                    .getAsJsonObject()
                    .entrySet()
                    .forEach(e -> out.add(e.getKey(), e.getValue()));
            return out;
        };
    }

    private static JsonDeserializer<Delta> reader() {
        return (json, type, context) -> {
            String kind = json.getAsJsonObject().get("kind").getAsString();
            Require.that(
                    KINDS.containsKey(kind),
                    kind,
                    "kind of delta",
                    "one of " + List.copyOf(new TreeMap<>(KINDS).keySet()));
            return context.deserialize(json, KINDS.get(kind));
        };
    }

    /** Settings with some of their values changed, by the names of {@link #flat}. */
    static SearchSettings changed(SearchSettings settings, Map<String, JsonElement> values) {
        JsonObject tree = GSON.toJsonTree(settings).getAsJsonObject();
        Map<String, String> known = new TreeMap<>();
        flatten("", tree, known);
        values.forEach(
                (name, value) -> {
                    Require.that(
                            known.containsKey(name), name, "setting", "one of " + known.keySet());
                    put(tree, name, value, known.get(name));
                });
        try {
            SearchSettings changed = GSON.fromJson(tree, SearchSettings.class);
            Map<String, String> kept = new RunFile(changed, Map.of(), Map.of()).flat();
            // A constant that does not exist is read as none.
            values.keySet()
                    .forEach(n -> Require.that(kept.containsKey(n), values.get(n), n, "known"));
            Compute c = changed.compute();
            // The type of products follows from where and in what is computed, unless it is said.
            return values.containsKey("compute.products")
                    ? changed
                    : changed.with(
                            new Compute(c.device(), c.precision(), c.threads(), c.recompute()));
        } catch (RuntimeException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new IllegalArgumentException(
                    "settings must fit, but are: %s (%s)".formatted(values, cause.getMessage()), e);
        }
    }

    private static void put(JsonObject tree, String name, JsonElement value, String before) {
        JsonObject place = tree;
        String[] parts = name.split("\\.");
        for (int i = 0; i < parts.length - 1; i++) {
            place = place.getAsJsonObject(parts[i]);
        }
        boolean upper = before.equals(before.toUpperCase(Locale.ROOT)) && value.isJsonPrimitive();
        boolean constant = upper && value.getAsJsonPrimitive().isString() && !before.isEmpty();
        // Java's names of constants are upper case, people's are not.
        place.add(
                parts[parts.length - 1],
                constant ? new JsonPrimitive(value.getAsString().toUpperCase(Locale.ROOT)) : value);
    }
}
