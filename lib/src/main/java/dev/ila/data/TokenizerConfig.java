package dev.ila.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.ila.run.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a model's directory says about its special tokens and its chat template.
 *
 * @param tokens the special tokens' texts by name, as {@code eos_token}
 * @param template the Jinja source, where the model has one
 */
record TokenizerConfig(Map<String, String> tokens, Optional<String> template) {
    /** Takes a copy. */
    TokenizerConfig {
        tokens = Map.copyOf(tokens);
    }

    /** Reads {@code tokenizer_config.json} and {@code chat_template.jinja}, where they are. */
    static TokenizerConfig load(Path model) {
        Path file = model.resolve("tokenizer_config.json");
        JsonObject config = Files.exists(file) ? object(file) : new JsonObject();
        Map<String, String> tokens = new TreeMap<>();
        for (String key : config.keySet()) {
            JsonElement value = config.get(key);
            if (value.isJsonObject()) {
                value = value.getAsJsonObject().get("content");
            }
            if (key.endsWith("_token") && value != null && RecordTurns.isText(value)) {
                tokens.put(key, value.getAsString());
            }
        }
        Path jinja = model.resolve("chat_template.jinja");
        return new TokenizerConfig(
                tokens,
                Files.exists(jinja)
                        ? Optional.of(text(jinja))
                        : template(file, config.get("chat_template")));
    }

    /** The object in a JSON file. */
    static JsonObject object(Path file) {
        try {
            return JsonParser.parseString(text(file)).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw new UncheckedIOException(
                    file + " must be a JSON object, but is: broken", new IOException(e));
        }
    }

    private static Optional<String> template(Path file, JsonElement value) {
        if (value == null || value.isJsonNull()) {
            return Optional.empty();
        }
        if (!value.isJsonArray()) {
            return Optional.of(value.getAsString());
        }
        Map<String, String> named = new TreeMap<>();
        for (JsonElement one : value.getAsJsonArray()) {
            JsonObject entry = one.getAsJsonObject();
            named.put(entry.get("name").getAsString(), entry.get("template").getAsString());
        }
        if (!named.containsKey("default")) {
            throw new IllegalArgumentException(
                    "chat_template of "
                            + file
                            + " must be one template or have one named default, but is: "
                            + named.keySet());
        }
        return Optional.of(named.get("default"));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " could not be read: " + Failure.reason(e), e);
        }
    }
}
