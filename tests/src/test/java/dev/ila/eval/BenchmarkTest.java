package dev.ila.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How tests of multiple choice are read from their files. */
class BenchmarkTest {
    @TempDir Path folder;

    @Test
    void mmluComesWithFiveExamplesOfItsSubject() throws Exception {
        Path root = mmlu("deep_sea", 6, 2);
        List<Question> all = Benchmark.MMLU.read(root, OptionalInt.empty());
        assertEquals(2, all.size());
        Question first = all.get(0);
        assertEquals("deep_sea", first.group());
        assertTrue(
                first.context()
                        .startsWith(
                                "The following are multiple choice questions (with answers) about"
                                        + " deep sea.\n\nExample 1, \"so\"?\nA. a\nB. b\nC. c\nD. d\n"
                                        + "Answer: B\n\nExample 2,"),
                first.context());
        assertTrue(
                first.context()
                        .endsWith(
                                "Example 5, \"so\"?\nA. a\nB. b\nC. c\nD. d\nAnswer: B\n\n"
                                        + "Test 1\nwith a second line\nA. w\nB. x\nC. y\nD. z\nAnswer:"),
                first.context());
        assertEquals(List.of("A", "B", "C", "D"), first.choices());
        assertEquals(3, first.answer());
        assertEquals(1, Benchmark.MMLU.read(root, OptionalInt.of(1)).size());
    }

    private Path mmlu(String subject, int examples, int tests) throws Exception {
        StringBuilder dev = new StringBuilder();
        for (int i = 1; i <= examples; i++) {
            dev.append("\"Example ").append(i).append(", \"\"so\"\"?\",a,b,c,d,B\r\n");
        }
        StringBuilder test = new StringBuilder();
        for (int i = 1; i <= tests; i++) {
            test.append("\" Test ").append(i).append("\nwith a second line \",w,x,y,z,D\n");
        }
        Path root = Files.createDirectories(folder.resolve("mmlu"));
        write("mmlu/dev/" + subject + "_dev.csv", dev.toString());
        write("mmlu/test/" + subject + "_test.csv", test.toString().stripTrailing());
        return root;
    }

    @Test
    void hellaSwagIsCleanedOfItsMarks() throws Exception {
        Path file =
                write(
                        "hellaswag.jsonl",
                        "{\"activity_label\": \"Baking\", \"ctx_a\": \"[header] How to bake [title] Mix it.\","
                                + " \"ctx_b\": \"then THE cook\", \"endings\": [\"[step] waits.\", \"sings  loudly.\"],"
                                + " \"label\": 1}\n"
                                + "{\"activity_label\": \"Rest\", \"ctx_a\": \"Sit down.\", \"ctx_b\": \"\","
                                + " \"endings\": [\"a\", \"b\"], \"label\": \"0\"}\n");
        List<Question> all = Benchmark.HELLASWAG.read(file, OptionalInt.empty());
        assertEquals(
                new Question(
                        "",
                        "Baking: How to bake. Mix it. Then the cook",
                        List.of(" waits.", "sings loudly."),
                        1),
                all.get(0));
        assertEquals("Rest: Sit down.", all.get(1).context());
    }

    @Test
    void arcIsReadAsItsAuthorsAndAsTheHubHaveIt() throws Exception {
        Question wanted =
                new Question("", "Question: Why?\nAnswer:", List.of("Because", "So", "Yes"), 2);
        Path authors =
                write(
                        "a.jsonl",
                        "{\"id\": \"1\", \"question\": {\"stem\": \"Why?\", \"choices\": [{\"text\": \"Because\","
                                + " \"label\": \"1\"}, {\"text\": \"So\", \"label\": \"2\"}, {\"text\": \"Yes\","
                                + " \"label\": \"3\"}]}, \"answerKey\": \"3\"}\n");
        Path hub =
                write(
                        "h.jsonl",
                        "{\"id\": \"1\", \"question\": \"Why?\", \"choices\": {\"text\": [\"Because\", \"So\","
                                + " \"Yes\"], \"label\": [\"A\", \"B\", \"C\"]}, \"answerKey\": \"C\"}\n");
        assertEquals(List.of(wanted), Benchmark.ARC.read(authors, OptionalInt.empty()));
        assertEquals(List.of(wanted), Benchmark.ARC.read(hub, OptionalInt.empty()));
    }

    @Test
    void truthfulQaIsReadAsItsAuthorsAndAsTheHubHaveIt() throws Exception {
        Path authors =
                write(
                        "t.csv",
                        "Type,Category,Question,Best Answer,Correct Answers,Incorrect Answers,Source\n"
                                + "x,y,Why?,\"No, never\",z,Yes; Always. ;,s\n");
        Path hub =
                write(
                        "t.jsonl",
                        "{\"question\": \"Why?\", \"mc1_targets\": {\"choices\": [\"No, never.\", \"Yes.\","
                                + " \"Always.\"], \"labels\": [1, 0, 0]}}\n");
        for (Path file : List.of(authors, hub)) {
            Question q = Benchmark.TRUTHFULQA.read(file, OptionalInt.empty()).get(0);
            assertEquals(List.of("No, never.", "Yes.", "Always."), q.choices());
            assertEquals(0, q.answer());
            assertTrue(q.context().startsWith("Q: What is human life expectancy"), q.context());
            assertTrue(q.context().endsWith("Barcelona, Spain.\n\nQ: Why?\nA:"), q.context());
        }
    }

    @Test
    void whatIsNoQuestionIsRefusedInOneLine() throws Exception {
        Path file =
                write(
                        "x.jsonl",
                        "{\"question\": \"Why?\", \"choices\": [], \"answerKey\": \"A\"}\n");
        refused(
                "record 1 of %s must be a question of arc, but is: one with a fault (number of choices"
                        + " must be 2 or more, but is: 0)",
                Benchmark.ARC, file);
        refused(
                "record 1 of %s must be a question of hellaswag, but is: one with a fault (ctx_b must be"
                        + " there, but is: absent)",
                Benchmark.HELLASWAG, file);
        Path empty = Files.createDirectories(folder.resolve("empty"));
        refused(
                "mmlu must be a directory with dev/SUBJECT_dev.csv and test/SUBJECT_test.csv, but is: %s",
                Benchmark.MMLU, empty);
        Path root = mmlu("sky", 5, 1);
        Path bad = write("mmlu/test/sky_test.csv", "q,a,b,c,d,E\n");
        Exception e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Benchmark.MMLU.read(root, OptionalInt.empty()));
        assertEquals(
                "row of %s must be a question, four choices and the letter of the right one, but is: 6 columns, the last E"
                        .formatted(bad),
                e.getMessage());
        assertEquals(
                "test must be one of mmlu, hellaswag, arc, truthfulqa, but is: gsm8k",
                assertThrows(IllegalArgumentException.class, () -> Benchmark.named("gsm8k"))
                        .getMessage());
    }

    private static void refused(String message, Benchmark benchmark, Path file) {
        Exception e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> benchmark.read(file, OptionalInt.empty()));
        assertEquals(message.formatted(file), e.getMessage());
    }

    private Path write(String name, String text) throws Exception {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }
}
