package dev.ila.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** How a record of a data file says who said what. */
public enum Format {
    /** {@code messages}: a list of {@code role} and {@code content}. */
    MESSAGES(r -> r.has("messages"), r -> RecordTurns.messages(r, "messages")),
    /** {@code conversations}: a list of {@code from} and {@code value}. */
    SHAREGPT(
            r ->
                    RecordTurns.first(r, "conversations")
                            .filter(JsonElement::isJsonObject)
                            .isPresent(),
            r -> RecordTurns.messages(r, "conversations")),
    /** {@code conversations}: a list of texts, user and assistant in turn. */
    LIMA(
            r -> RecordTurns.first(r, "conversations").filter(RecordTurns::isText).isPresent(),
            RecordTurns::alternating),
    /** {@code instruction} and {@code instances}: a list of {@code input} and {@code output}. */
    INSTANCES(
            r -> r.has("instruction") && r.has("instances"),
            r -> RecordTurns.pair(r, "instruction", "output")),
    /** {@code instruction}, {@code input}, {@code output}. */
    ALPACA(
            r -> r.has("instruction") && r.has("output"),
            r -> RecordTurns.pair(r, "instruction", "output")),
    /** {@code instruction}, {@code response}, with or without {@code context} or {@code input}. */
    RESPONSE(
            r -> r.has("instruction") && r.has("response"),
            r -> RecordTurns.pair(r, "instruction", "response")),
    /**
     * {@code prompt}, {@code completion}: two texts, or two lists of messages, of which answers in
     * the prompt are not supervised.
     */
    PROMPT_COMPLETION(
            r -> r.has("prompt") && r.has("completion"), RecordTurns::promptAndCompletion),
    /** {@code question}, {@code solution}; a short {@code answer} beside it is not used. */
    QUESTION_SOLUTION(
            r -> r.has("question") && r.has("solution"),
            r -> RecordTurns.pair(r, "question", "solution")),
    /** {@code problem}, {@code solution}; a short {@code answer} beside it is not used. */
    PROBLEM_SOLUTION(
            r -> r.has("problem") && r.has("solution"),
            r -> RecordTurns.pair(r, "problem", "solution")),
    /** {@code question}, {@code answer}. */
    QUESTION_ANSWER(
            r -> r.has("question") && r.has("answer"),
            r -> RecordTurns.pair(r, "question", "answer"));

    private final Predicate<JsonObject> fits;
    private final Function<JsonObject, List<Turn>> turns;

    Format(Predicate<JsonObject> fits, Function<JsonObject, List<Turn>> turns) {
        this.fits = fits;
        this.turns = turns;
    }

    /** The format called {@code name}, as {@code prompt-completion}; any other is an error. */
    public static Format of(String name) {
        return Arrays.stream(values())
                .filter(f -> f.toString().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "format must be one of " + names() + ", but is: " + name));
    }

    /** All names, with commas between. */
    public static String names() {
        return Arrays.stream(values()).map(Format::toString).collect(Collectors.joining(", "));
    }

    /** The name by which a user calls it, as {@code prompt-completion}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The first format whose keys the record has. */
    static Optional<Format> detect(JsonElement element) {
        return element.isJsonObject()
                ? Arrays.stream(values())
                        .filter(f -> f.fits.test(element.getAsJsonObject()))
                        .findFirst()
                : Optional.empty();
    }

    /** Begins a sentence on a record that no format fits: what it seems to be. */
    static String whyUnknown(JsonObject record) {
        if (record.has("message_id") && record.has("parent_id")) {
            return "message trees, one message a record, with ";
        }
        if (record.has("prompt") || record.has("turns")) {
            return "prompts without answers, with ";
        }
        return "records with ";
    }

    /** A record as records of one conversation each: more than one only with {@link #INSTANCES}. */
    List<JsonElement> single(JsonElement element) {
        return this == INSTANCES ? RecordTurns.instances(element) : List.of(element);
    }

    /**
     * What a single record says; {@link Unusable} with the reason where it has none to train on.
     */
    Conversation conversation(JsonElement element, String source) {
        if (!element.isJsonObject()) {
            throw new Unusable("not a JSON object");
        }
        JsonObject record = element.getAsJsonObject();
        List<Turn> all = RecordTurns.checked(turns.apply(record));
        boolean given = this == PROMPT_COMPLETION && record.get("prompt").isJsonArray();
        int prompt = given ? all.size() - RecordTurns.said(record, "completion").size() : 0;
        if (all.stream().skip(prompt).noneMatch(t -> t.role().equals("assistant"))) {
            throw new Unusable("no assistant turn");
        }
        return new Conversation(all, source, prompt);
    }
}
