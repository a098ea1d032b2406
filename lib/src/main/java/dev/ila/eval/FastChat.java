package dev.ila.eval;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.ila.data.Records;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Require;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Questions and answers in the files of FastChat's {@code llm_judge}: MT-Bench and the Vicuna
 * questions, for any judge that reads them.
 */
public final class FastChat {
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final double MILLIS = 1000;

    private FastChat() {}

    /**
     * A question.
     *
     * @param id as in the file
     * @param turns what the user says, one after the other
     */
    public record Asked(JsonElement id, List<String> turns) {
        /** Takes a copy of the turns. */
        public Asked {
            turns = List.copyOf(turns);
            Require.atLeast(1, turns.size(), "number of turns");
        }
    }

    /** Reads {@code question.jsonl}: {@code question_id} and {@code turns}. */
    public static List<Asked> questions(Path file) {
        List<Asked> questions = new ArrayList<>();
        Records.read(
                file,
                (element, number) -> {
                    JsonObject record = element.isJsonObject() ? element.getAsJsonObject() : null;
                    boolean fits =
                            record != null
                                    && record.has("question_id")
                                    && record.has("turns")
                                    && record.get("turns").isJsonArray()
                                    && !record.getAsJsonArray("turns").isEmpty();
                    Require.that(
                            fits,
                            "record " + number + " of " + file,
                            "question",
                            "an object with question_id and turns");
                    questions.add(
                            new Asked(
                                    record.get("question_id"),
                                    record.getAsJsonArray("turns").asList().stream()
                                            .map(JsonElement::getAsString)
                                            .toList()));
                });
        return questions;
    }

    /**
     * Writes {@code MODEL.jsonl}, one answer a line.
     *
     * @param model what the judge calls the model
     * @param answers of each question, as {@link Answers#talk} gave them
     * @param clock gives their time
     */
    public static void write(
            Path file,
            String model,
            List<Asked> questions,
            List<List<String>> answers,
            Clock clock) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < questions.size(); i++) {
            Map<String, Object> line = line(model, questions.get(i).id(), answers.get(i), clock);
            lines.append(GSON.toJson(line)).append('\n');
        }
        AtomicFiles.write(file, lines.toString());
    }

    /** An answer's id follows from model, question and text: the same answer has the same. */
    private static Map<String, Object> line(
            String model, JsonElement question, List<String> turns, Clock clock) {
        String all = model + "\n" + question + "\n" + turns;
        Map<String, Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put("turns", turns);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("question_id", question);
        line.put(
                "answer_id",
                UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8))
                        .toString()
                        .replace("-", ""));
        line.put("model_id", model);
        line.put("choices", List.of(choice));
        line.put("tstamp", clock.millis() / MILLIS);
        return line;
    }
}
