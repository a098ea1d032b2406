package dev.ila.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tests of multiple choice as they are published. */
@Tag("data")
class RealBenchmarkTest {
    @ParameterizedTest
    @CsvSource({
        "HELLASWAG,hellaswag_val_1k/hellaswag.jsonl,500,4,4",
        "ARC,arc_challenge_test/ARC-Challenge-Test.jsonl,400,3,4",
        "ARC,arc_challenge_test/ARC-Challenge-Dev.jsonl,294,3,4",
        "TRUTHFULQA,truthfulqa/TruthfulQA.csv,409,2,12"
    })
    void everyQuestionIsRead(Benchmark of, String file, int count, int fewest, int most) {
        List<Question> all = of.read(path(file), OptionalInt.empty());
        assertEquals(count, all.size());
        List<Integer> choices = all.stream().map(q -> q.choices().size()).sorted().toList();
        assertEquals(fewest, choices.get(0));
        assertEquals(most, choices.get(choices.size() - 1));
        assertEquals(3, of.read(path(file), OptionalInt.of(3)).size());
    }

    @Test
    void everySubjectOfMmluIsRead() {
        List<Question> all = Benchmark.MMLU.read(path("mmlu"), OptionalInt.empty());
        assertEquals(57, all.stream().map(Question::group).distinct().count());
        assertTrue(all.size() > 1000, "" + all.size());
        assertTrue(all.stream().allMatch(q -> q.context().endsWith("\nAnswer:")));
        // Five examples before each question, whatever line breaks and quotes they have.
        assertEquals(
                List.of(6L),
                all.stream()
                        .map(q -> q.context().lines().filter(l -> l.startsWith("Answer:")).count())
                        .distinct()
                        .collect(Collectors.toList()));
    }

    @ParameterizedTest
    @CsvSource({"mt_bench/question.jsonl,40,2", "vicuna_bench/question.jsonl,40,1"})
    void everyQuestionForAJudgeIsRead(String file, int count, int turns) {
        List<FastChat.Asked> all = FastChat.questions(path(file));
        assertEquals(count, all.size());
        assertTrue(all.stream().allMatch(q -> q.turns().size() == turns));
    }

    private static Path path(String name) {
        String data = System.getenv("ILA_DATA");
        assertTrue(
                data != null && Files.isDirectory(Path.of(data)),
                "ILA_DATA must be a directory for this tier of tests, but is: " + data);
        return Path.of(data, name);
    }
}
