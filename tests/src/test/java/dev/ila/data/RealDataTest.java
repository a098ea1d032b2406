package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Optional;
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
    @CsvSource({
        "oasst1_en_validation/en-validation.jsonl",
        "self_instruct_user/user_oriented_instructions.jsonl",
        "math500/math500_test.jsonl"
    })
    void whatIsInNoKnownFormatIsRefused(String file) {
        assertThrows(
                IllegalArgumentException.class,
                () -> Conversations.read(path(file), Optional.empty()));
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

    private static Path path(String file) {
        return Tier.path("ILA_DATA").resolve(file);
    }
}
