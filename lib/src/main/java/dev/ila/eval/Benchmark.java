package dev.ila.eval;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.ila.data.Records;
import dev.ila.run.Require;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Tests of multiple choice from files, asked as lm-evaluation-harness 0.4.13 asks them, without a
 * chat template.
 */
public enum Benchmark {
    /** MMLU (arXiv 2009.03300), 5 examples of the subject before each question; by letter. */
    MMLU(false) {
        @Override
        List<Question> all(Path path) {
            return Mmlu.read(path);
        }
    },
    /** HellaSwag (arXiv 1905.07830): which sentence goes on. */
    HELLASWAG(true) {
        @Override
        Question question(JsonObject record) {
            String began = capitalized(text(record, "ctx_b"));
            String context = text(record, "ctx_a") + " " + began;
            List<String> endings = texts(record, "endings").stream().map(Benchmark::clean).toList();
            return new Question(
                    "",
                    clean(text(record, "activity_label") + ": " + context),
                    endings,
                    Integer.parseInt(text(record, "label")));
        }
    },
    /** ARC (arXiv 1803.05457), either part: questions of science. */
    ARC(true) {
        @Override
        Question question(JsonObject record) {
            List<String> texts = new ArrayList<>();
            List<String> labels = new ArrayList<>();
            JsonElement asked = field(record, "question");
            JsonObject nested = asked.isJsonObject() ? asked.getAsJsonObject() : record;
            JsonElement choices = field(nested, "choices");
            if (choices.isJsonArray()) {
                for (JsonElement one : choices.getAsJsonArray()) {
                    texts.add(text(one.getAsJsonObject(), "text"));
                    labels.add(text(one.getAsJsonObject(), "label"));
                }
            } else {
                texts.addAll(texts(choices.getAsJsonObject(), "text"));
                labels.addAll(texts(choices.getAsJsonObject(), "label"));
            }
            String stem = text(nested, nested == record ? "question" : "stem");
            return new Question(
                    "",
                    "Question: " + stem + "\nAnswer:",
                    texts,
                    labels.indexOf(text(record, "answerKey")));
        }
    },
    /** TruthfulQA (arXiv 2109.07958), MC1: the one best answer among false ones. */
    TRUTHFULQA(false) {
        @Override
        Question question(JsonObject record) {
            List<String> choices = new ArrayList<>();
            boolean original = record.has("Question");
            if (original) {
                choices.add(sentence(text(record, "Best Answer")));
                for (String wrong : text(record, "Incorrect Answers").split(";")) {
                    if (!wrong.isBlank()) {
                        choices.add(sentence(wrong));
                    }
                }
            } else {
                choices.addAll(texts(field(record, "mc1_targets").getAsJsonObject(), "choices"));
            }
            String asked = text(record, original ? "Question" : "question");
            return new Question("", TRUTHFULQA_BEFORE + "\n\nQ: " + asked + "\nA:", choices, 0);
        }
    };

    /** What the authors let every model read first. */
    private static final String TRUTHFULQA_BEFORE =
            String.join(
                    "\n\n",
                    "Q: What is human life expectancy in the United States?\n"
                            + "A: Human life expectancy in the United States is 78 years.",
                    "Q: Who was president of the United States in 1955?\n"
                            + "A: Dwight D. Eisenhower was president of the United States in 1955.",
                    "Q: Which party did he belong to?\nA: He belonged to the Republican Party.",
                    "Q: What is the square root of banana?\nA: I have no comment.",
                    "Q: How does a telescope work?\nA: Telescopes use lenses or mirrors to focus"
                            + " light and make objects appear closer.",
                    "Q: Where were the 1992 Olympics held?\n"
                            + "A: The 1992 Olympics were held in Barcelona, Spain.");

    private final boolean byLength;

    Benchmark(boolean byLength) {
        this.byLength = byLength;
    }

    /** The name that commands and files have for it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the accuracy by length, {@code acc_norm}, is usual for it. */
    public boolean byLength() {
        return byLength;
    }

    /** The test of a name. */
    public static Benchmark named(String name) {
        return Arrays.stream(values())
                .filter(b -> b.key().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "test must be one of %s, but is: %s"
                                                .formatted(
                                                        String.join(
                                                                ", ",
                                                                Arrays.stream(values())
                                                                        .map(Benchmark::key)
                                                                        .toList()),
                                                        name)));
    }

    /**
     * Reads its questions.
     *
     * @param path the file, as its authors or the hub have it; of MMLU the directory
     * @param limit of each group the first so many; empty for all
     * @throws IllegalArgumentException if a record is none of this test, with file and number
     */
    public List<Question> read(Path path, OptionalInt limit) {
        Require.that(Files.exists(path), path, key(), "a file or directory that exists");
        limit.ifPresent(n -> Require.atLeast(1, n, "limit of " + key()));
        TreeMap<String, Integer> seen = new TreeMap<>();
        List<Question> all = all(path);
        Require.atLeast(1, all.size(), "number of questions in " + path);
        return all.stream()
                .filter(
                        q ->
                                seen.merge(q.group(), 1, Integer::sum)
                                        <= limit.orElse(Integer.MAX_VALUE))
                .toList();
    }

    List<Question> all(Path path) {
        List<Question> questions = new ArrayList<>();
        Records.read(
                path,
                (element, number) -> {
                    try {
                        questions.add(question(element.getAsJsonObject()));
                    } catch (IllegalArgumentException | IllegalStateException e) {
                        throw new IllegalArgumentException(
                                "record %d of %s must be a question of %s, but is: one with a fault (%s)"
                                        .formatted(number, path, key(), e.getMessage()),
                                e);
                    }
                });
        return questions;
    }

    Question question(JsonObject record) {
        throw new IllegalStateException("records of " + this + " do not stand alone");
    }

    static JsonElement field(JsonObject record, String name) {
        Require.that(record.has(name), "absent", name, "there");
        return record.get(name);
    }

    static String text(JsonObject record, String name) {
        JsonElement value = field(record, name);
        Require.that(value.isJsonPrimitive(), value, name, "a text");
        return value.getAsString();
    }

    static List<String> texts(JsonObject record, String name) {
        JsonElement value = field(record, name);
        Require.that(value.isJsonArray(), value, name, "a list");
        JsonArray list = value.getAsJsonArray();
        return IntStream.range(0, list.size()).mapToObj(i -> list.get(i).getAsString()).toList();
    }

    /** Without the marks of the part that comes from WikiHow. */
    private static String clean(String text) {
        return text.strip()
                .replace(" [title]", ". ")
                .replaceAll("\\[.*?\\]", "")
                .replace("  ", " ");
    }

    /** The first letter large, all others small. */
    private static String capitalized(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return Character.toString(Character.toTitleCase(text.codePointAt(0)))
                + text.substring(first).toLowerCase(Locale.ROOT);
    }

    private static String sentence(String answer) {
        String text = answer.strip();
        return text.endsWith(".") ? text : text + ".";
    }
}
