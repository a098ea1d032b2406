package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("data")
class RealDataTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alpaca_davinci_9k/random_9k.json | alpaca | 1981 | 1",
                "alpaca_gpt4_demo/alpaca_en_demo.json | alpaca | 666 | 0",
                "alpaca_zh_demo/alpaca_zh_demo.json | alpaca | 667 | 0",
                "dolly_3k/dolly_3k.json | alpaca | 2000 | 0",
                "dolly_3k/dolly_original_fields_12.json | response | 12 | 0",
                "gpteacher_roleplay/roleplay-simple-deduped-roleplay-instruct.json"
                        + "| response | 1200 | 0",
                "gsm8k_test/test.jsonl | question-answer | 400 | 0",
                "gsm8k_train/train.jsonl | question-answer | 2000 | 0",
                "huatuo_o1_demo/demo_data.json | question-answer | 99 | 0",
                "instruction_data_rasbt/instruction-data.json | alpaca | 770 | 0",
                "lima_gair_format/train.reconstructed.jsonl | lima | 696 | 0",
                "lima_test_prompts/lima_test_set.jsonl | lima | 95 | 95",
                "lima_unit/lima.jsonl | response | 714 | 0",
                "sharegpt_fastchat_dummy/dummy_conversation.json | sharegpt | 200 | 0",
                "math500/math500_test.jsonl | problem-solution | 200 | 0",
                "no_robots_test/test-00000-of-00001.parquet | messages | 200 | 0",
                "s1k_questions/s1k.json | problem-solution | 599 | 0",
                "self_instruct_user/user_oriented_instructions.jsonl | instances | 100 | 0",
                "sharegpt_glaive_toolcall/glaive_toolcall_en_demo.json | sharegpt | 200 | 120"
            })
    void everyRecordIsUsableOrCounted(String file, String format, int records, int skipped) {
        Conversations.Loaded loaded = Conversations.read(path(file), Optional.empty());
        assertEquals(format, loaded.sources().get(0).format().toString());
        assertEquals(records, loaded.sources().get(0).records());
        int counted = loaded.skipped().values().stream().mapToInt(Integer::intValue).sum();
        assertEquals(records, loaded.conversations().size() + counted);
        assertEquals(skipped, counted, loaded.skipped().toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "arc_challenge_test/ARC-Challenge-Dev.jsonl | records with id, question, answerKey",
                "arc_challenge_test/ARC-Challenge-Test.jsonl | records with id, question, answerKey",
                "arena_hard/question.jsonl | prompts without answers",
                "gsm8k_rl_parquet/test.parquet | prompts without answers",
                "hellaswag_val_1k/hellaswag.jsonl | records with ind, activity_label, ctx_a",
                "mmlu/data/test/anatomy_test.csv | records with ",
                "mt_bench/judge_prompts.jsonl | records with name, type, system_prompt",
                "mt_bench/reference_answer/gpt-4.jsonl | records with question_id, answer_id",
                "mt_bench/question.jsonl | prompts without answers",
                "oasst1_en_validation/en-validation.jsonl | message trees",
                "truthfulqa/TruthfulQA.csv | records with Type, Category, Question",
                "vicuna_bench/judge_prompts.jsonl | records with name, type, system_prompt",
                "vicuna_bench/reference_answer/gpt-4.jsonl | records with question_id, answer_id",
                "vicuna_bench/question.jsonl | prompts without answers"
            })
    void whatIsInNoKnownFormatIsRefusedInOneLine(String file, String why) {
        String message =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> Conversations.read(path(file), Optional.empty()))
                        .getMessage();
        assertTrue(message.contains("but is: " + why), message);
        assertEquals(1, message.lines().count());
    }

    /** Every subject's three tables: a header is missing, so that no form can be told. */
    @Test
    void everyTableOfMmluIsRefusedInOneLine() throws IOException {
        List<Path> tables = files().filter(f -> f.toString().contains("mmlu")).toList();
        assertEquals(171, tables.size());
        for (Path table : tables) {
            RuntimeException refused =
                    assertThrows(
                            RuntimeException.class,
                            () -> Conversations.read(table, Optional.empty()));
            assertTrue(refused.getMessage().startsWith(table + " must be "), refused.getMessage());
            assertEquals(1, refused.getMessage().lines().count(), refused.getMessage());
        }
    }

    @Test
    void noFileIsLeftUntried() throws IOException {
        Set<String> tried = new TreeSet<>();
        for (Method method : RealDataTest.class.getDeclaredMethods()) {
            CsvSource source = method.getAnnotation(CsvSource.class);
            if (source != null) {
                Stream.of(source.value()).map(r -> r.split("\\|")[0].strip()).forEach(tried::add);
            }
        }
        Path root = Tier.path("ILA_DATA");
        assertEquals(
                List.of(),
                files().map(f -> root.relativize(f).toString())
                        .filter(f -> !f.startsWith("mmlu/") && !tried.contains(f))
                        .toList());
    }

    @Test
    void columnsMakeATableOfQuestionsUsable() {
        Conversations.Loaded loaded =
                Conversations.read(
                        List.of(path("truthfulqa/TruthfulQA.csv")),
                        new Conversations.Reading(
                                Optional.empty(),
                                Map.of("question", "Question", "answer", "Best Answer"),
                                0));
        assertEquals(409, loaded.conversations().size());
    }

    @Test
    void theHashIsThatOfTheFile() {
        assertEquals(
                "e161cc906274b2f5deb742f3aca868eb569a2482a24729283077fb17473b6c07",
                Conversations.read(path("gsm8k_test/test.jsonl"), Optional.empty())
                        .sources()
                        .get(0)
                        .sha256());
    }

    private static Stream<Path> files() throws IOException {
        return Files.walk(Tier.path("ILA_DATA"), FileVisitOption.FOLLOW_LINKS)
                .filter(f -> f.toString().matches(".*\\.(json|jsonl|csv|parquet)"));
    }

    private static Path path(String file) {
        return Tier.path("ILA_DATA").resolve(file);
    }
}
