package dev.ila.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** From one JSON record to its turns, for each {@link Format}; faults are {@link Unusable}. */
final class RecordTurns {
    private static final Map<String, String> ROLES =
            Map.of(
                    "system", "system",
                    "user", "user",
                    "human", "user",
                    "prompter", "user",
                    "assistant", "assistant",
                    "gpt", "assistant",
                    "chatgpt", "assistant",
                    "bot", "assistant",
                    "model", "assistant");

    private static final Set<String> TOOL_ROLES =
            Set.of("function_call", "observation", "function", "tool", "tool_call", "ipython");

    private RecordTurns() {}

    /** One question and its answer; an {@code input} or {@code context} follows on a new line. */
    static List<Turn> pair(JsonObject record, String question, String answer) {
        String asked = text(record, question);
        String input = optionalText(record, "input");
        String context = optionalText(record, "context");
        for (String more : List.of(input, context)) {
            asked += more.isBlank() ? "" : "\n" + more;
        }
        List<Turn> turns = opening(record);
        turns.add(new Turn("user", asked));
        turns.add(new Turn("assistant", text(record, answer)));
        return turns;
    }

    /** The record once for each of its {@code instances}, with the instance's fields as its own. */
    static List<JsonElement> instances(JsonElement element) {
        if (!element.isJsonObject()) {
            return List.of(element);
        }
        JsonObject record = element.getAsJsonObject();
        JsonElement instances = record.get("instances");
        if (instances == null || !instances.isJsonArray() || instances.getAsJsonArray().isEmpty()) {
            return List.of(record);
        }
        List<JsonElement> single = new ArrayList<>();
        for (JsonElement instance : instances.getAsJsonArray()) {
            if (instance.isJsonObject()) {
                JsonObject one = record.deepCopy();
                one.remove("instances");
                instance.getAsJsonObject()
                        .entrySet()
                        .forEach(e -> one.add(e.getKey(), e.getValue()));
                single.add(one);
            } else {
                single.add(instance);
            }
        }
        return single;
    }

    /** Texts without roles: the user's, the assistant's, and so on. */
    static List<Turn> alternating(JsonObject record) {
        List<Turn> turns = opening(record);
        for (JsonElement text : list(record, "conversations")) {
            boolean user = turns.isEmpty() || !turns.get(turns.size() - 1).role().equals("user");
            turns.add(new Turn(user ? "user" : "assistant", text(text, "conversations")));
        }
        return turns;
    }

    /** Messages with {@code role} or {@code from}, and {@code content} or {@code value}. */
    static List<Turn> messages(JsonObject record, String key) {
        List<Turn> turns = opening(record);
        turns.addAll(said(record, key));
        return turns;
    }

    /** A prompt and its completion, each a text or each a list of messages. */
    static List<Turn> promptAndCompletion(JsonObject record) {
        if (!required(record, "prompt").isJsonArray()) {
            return pair(record, "prompt", "completion");
        }
        List<Turn> turns = messages(record, "prompt");
        turns.addAll(said(record, "completion"));
        return turns;
    }

    /** The messages of a list, without what stands beside it. */
    static List<Turn> said(JsonObject record, String key) {
        List<Turn> turns = new ArrayList<>();
        for (JsonElement element : list(record, key)) {
            if (!element.isJsonObject()) {
                throw new Unusable("a message that is not an object");
            }
            JsonObject message = element.getAsJsonObject();
            String role = role(text(message, message.has("role") ? "role" : "from"));
            if (holdsSomething(message, "tool_calls")) {
                throw new Unusable("tool use");
            }
            turns.add(new Turn(role, text(message, message.has("value") ? "value" : "content")));
        }
        return turns;
    }

    /** The same turns, if one can train on them. */
    static List<Turn> checked(List<Turn> turns) {
        for (Turn turn : turns) {
            if (turn.content().isBlank() && !turn.role().equals("system")) {
                throw new Unusable(
                        turn.role().equals("assistant") ? "empty answer" : "empty prompt");
            }
            if (turn.content().codePoints().anyMatch(RecordTurns::isHalfAPair)) {
                throw new Unusable("text with half of a surrogate pair");
            }
        }
        return turns;
    }

    /** The first element of a list, or the value itself where it is none. */
    static Optional<JsonElement> first(JsonObject record, String key) {
        JsonElement value = record.get(key);
        if (value != null && value.isJsonArray()) {
            JsonArray array = value.getAsJsonArray();
            return array.isEmpty() ? Optional.empty() : Optional.of(array.get(0));
        }
        return Optional.ofNullable(value);
    }

    static boolean isText(JsonElement element) {
        return element.isJsonPrimitive() && element.getAsJsonPrimitive().isString();
    }

    /** The system turn of a record that has one beside its turns; tools make it unusable. */
    private static List<Turn> opening(JsonObject record) {
        if (holdsSomething(record, "tools")) {
            throw new Unusable("tool use");
        }
        List<Turn> turns = new ArrayList<>();
        String system = optionalText(record, "system");
        if (!system.isBlank()) {
            turns.add(new Turn("system", system));
        }
        return turns;
    }

    private static String role(String name) {
        if (TOOL_ROLES.contains(name)) {
            throw new Unusable("tool use");
        }
        if (!ROLES.containsKey(name)) {
            throw new Unusable("unknown role " + name);
        }
        return ROLES.get(name);
    }

    /**
     * Whether a value is there that is neither empty nor text for an empty list, as {@code "[]"}.
     */
    private static boolean holdsSomething(JsonObject record, String key) {
        JsonElement value = record.get(key);
        if (value == null || value.isJsonNull()) {
            return false;
        }
        if (value.isJsonArray()) {
            return !value.getAsJsonArray().isEmpty();
        }
        return !(isText(value) && Set.of("", "[]").contains(value.getAsString().strip()));
    }

    private static JsonArray list(JsonObject record, String key) {
        JsonElement value = required(record, key);
        if (value.isJsonArray()) {
            return value.getAsJsonArray();
        }
        JsonArray one = new JsonArray();
        one.add(value);
        return one;
    }

    private static String text(JsonObject record, String key) {
        return text(required(record, key), key);
    }

    private static String text(JsonElement value, String key) {
        if (!isText(value)) {
            throw new Unusable("\"" + key + "\" is not text");
        }
        return value.getAsString();
    }

    private static String optionalText(JsonObject record, String key) {
        JsonElement value = record.get(key);
        return value == null || value.isJsonNull() ? "" : text(value, key);
    }

    private static JsonElement required(JsonObject record, String key) {
        JsonElement value = record.get(key);
        if (value == null || value.isJsonNull()) {
            throw new Unusable("no \"" + key + "\"");
        }
        return value;
    }

    /** Whether a code point is half of a character that takes two in UTF-16. */
    static boolean isHalfAPair(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}
