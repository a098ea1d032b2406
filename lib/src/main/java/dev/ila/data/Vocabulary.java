package dev.ila.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** The tokens of a {@code tokenizer.json}, and which of them are special. */
final class Vocabulary {
    private final Map<String, Integer> ids = new HashMap<>();
    private final Set<Integer> special = new HashSet<>();
    private int size;

    private Vocabulary() {}

    /** Reads the model's vocabulary (a map, or a list of text and score) and the added tokens. */
    static Vocabulary of(JsonObject tokenizer) {
        Vocabulary out = new Vocabulary();
        JsonElement tokens = tokenizer.getAsJsonObject("model").get("vocab");
        if (tokens.isJsonArray()) {
            for (JsonElement entry : tokens.getAsJsonArray()) {
                out.add(entry.getAsJsonArray().get(0).getAsString(), out.size);
            }
        } else {
            tokens.getAsJsonObject().entrySet().forEach(e -> out.add(e.getKey(), e.getValue()));
        }
        JsonElement added = tokenizer.get("added_tokens");
        for (JsonElement one : added == null ? new JsonArray() : added.getAsJsonArray()) {
            JsonObject token = one.getAsJsonObject();
            out.add(token.get("content").getAsString(), token.get("id"));
            if (token.has("special") && token.get("special").getAsBoolean()) {
                out.special.add(token.get("id").getAsInt());
            }
        }
        return out;
    }

    /**
     * Makes a tokenizer's offsets honest, in place: some leave the blanks out of a token's place,
     * which would give a lone line break to the text after it.
     */
    static void untrim(JsonObject tokenizer) {
        JsonElement processor = tokenizer.get("post_processor");
        if (processor != null && processor.isJsonObject()) {
            untrimProcessor(processor.getAsJsonObject());
        }
    }

    int size() {
        return size;
    }

    OptionalInt id(String token) {
        Integer id = ids.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    boolean isSpecial(int id) {
        return special.contains(id);
    }

    private void add(String token, JsonElement id) {
        add(token, id.getAsInt());
    }

    private void add(String token, int id) {
        ids.put(token, id);
        size = Math.max(size, id + 1);
    }

    private static void untrimProcessor(JsonObject processor) {
        if (processor.has("trim_offsets")) {
            processor.addProperty("trim_offsets", false);
        }
        if (processor.has("processors")) {
            processor
                    .getAsJsonArray("processors")
                    .forEach(p -> untrimProcessor(p.getAsJsonObject()));
        }
    }
}
