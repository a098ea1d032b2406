package dev.ila.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which columns of a data set stand for those that a {@link Format} knows. */
final class Columns {
    private static final Set<String> KNOWN =
            new TreeSet<>(
                    Set.of(
                            "messages",
                            "conversations",
                            "system",
                            "instruction",
                            "input",
                            "output",
                            "context",
                            "response",
                            "prompt",
                            "completion",
                            "question",
                            "answer",
                            "problem",
                            "solution"));

    private final Map<String, List<String>> from = new TreeMap<>();

    /**
     * Checks the names.
     *
     * @param columns the name that a format knows, and the column that is read for it, or several
     *     with {@code +} between; the others are not read then. Empty: every column as it is
     */
    Columns(Map<String, String> columns) {
        columns.forEach(
                (known, names) -> {
                    Require.that(
                            KNOWN.contains(known),
                            known,
                            "name that a column is read as",
                            "one of " + String.join(", ", KNOWN));
                    List<String> all =
                            Stream.of(names.split("\\+")).filter(n -> !n.isBlank()).toList();
                    Require.that(!all.isEmpty(), names, "column that is read as " + known, "named");
                    from.put(known, all);
                });
    }

    /**
     * The record with the known names; a column that it has not is left out.
     *
     * @param first whether it is the file's first record, which must have all of them
     */
    JsonElement apply(JsonElement element, boolean first) {
        if (from.isEmpty() || !element.isJsonObject()) {
            return element;
        }
        JsonObject record = element.getAsJsonObject();
        JsonObject renamed = new JsonObject();
        from.forEach(
                (known, names) -> {
                    for (String name : names) {
                        Require.that(
                                !first || record.has(name),
                                name,
                                "column",
                                "one of " + String.join(", ", record.keySet()));
                    }
                    if (record.keySet().containsAll(names)) {
                        renamed.add(known, value(record, names));
                    }
                });
        return renamed;
    }

    private static JsonElement value(JsonObject record, List<String> names) {
        if (names.size() == 1) {
            return record.get(names.get(0));
        }
        List<String> texts = new ArrayList<>();
        for (String name : names) {
            JsonElement value = record.get(name);
            if (!value.isJsonNull()) {
                texts.add(value.isJsonPrimitive() ? value.getAsString() : value.toString());
            }
        }
        return new JsonPrimitive(String.join("\n\n", texts));
    }
}
