package dev.ila.search;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonDeserializer;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonSerializer;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Failure;
import dev.ila.run.Provenance;
import dev.ila.run.Require;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    private static final Map<String, Class<? extends SearchSettings.Delta>> KINDS =
            Map.of(
                    "lora", SearchSettings.Delta.Lora.class,
                    "full", SearchSettings.Delta.Full.class,
                    "adapter", SearchSettings.Delta.Adapter.class,
                    "aligned", SearchSettings.Delta.Aligned.class);

    private static final Gson GSON =
            new GsonBuilder()
                    .setPrettyPrinting()
                    .disableHtmlEscaping()
                    .registerTypeAdapter(SearchSettings.Delta.class, writer())
                    .registerTypeAdapter(SearchSettings.Delta.class, reader())
                    .create();

    void write(Path file) {
        AtomicFiles.write(file, GSON.toJson(this) + "\n");
    }

    static RunFile read(Path file) {
        try {
            return GSON.fromJson(Files.readString(file), RunFile.class);
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

    private static JsonSerializer<SearchSettings.Delta> writer() {
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

    private static JsonDeserializer<SearchSettings.Delta> reader() {
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
}
