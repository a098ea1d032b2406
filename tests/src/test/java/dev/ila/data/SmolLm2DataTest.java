package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real records with a real model's tokenizer. */
@Tag("data")
@Tag("model")
class SmolLm2DataTest {
    private static Tokenizer tokenizer;
    private static Supervision supervision;

    @BeforeAll
    static void load() {
        tokenizer = Tokenizer.load(Tier.path("ILA_SMOLLM2"));
        supervision = new Supervision(tokenizer);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void paddingOnAlpacaIsATenthOfTheTokensAtMost() {
        Dataset data = Dataset.of(read("alpaca_davinci_9k/random_9k.json"), supervision, 384);
        Batches batches = new Batches(data.examples(), 16, 8, 1);
        long cells = 0;
        long tokens = 0;
        for (int i = 0; i < batches.stepsPerEpoch(); i++) {
            for (Batch batch : batches.step(i)) {
                cells += (long) batch.rows() * batch.length();
                tokens += batch.tokens();
            }
        }
        assertTrue(cells <= 1.1 * tokens, cells + " cells for " + tokens + " tokens");
    }

    @Test
    void everyRecordIsAnExampleOrCounted() {
        for (String file :
                List.of(
                        "alpaca_zh_demo/alpaca_zh_demo.json",
                        "lima_gair_format/train.reconstructed.jsonl",
                        "sharegpt_glaive_toolcall/glaive_toolcall_en_demo.json")) {
            Dataset data = Dataset.of(read(file), supervision, 512);
            int leftOut = data.leftOut().values().stream().mapToInt(Integer::intValue).sum();
            assertEquals(data.sources().get(0).records(), data.examples().size() + leftOut, file);
        }
    }

    @Test
    void whatIsSupervisedIsWhatTheAssistantSaid() {
        for (String file :
                List.of(
                        "alpaca_zh_demo/alpaca_zh_demo.json",
                        "sharegpt_fastchat_dummy/dummy_conversation.json",
                        "lima_gair_format/train.reconstructed.jsonl")) {
            for (Conversation talk : read(file).conversations().subList(0, 100)) {
                List<String> expected =
                        talk.turns().stream()
                                .filter(t -> t.role().equals("assistant"))
                                .map(t -> t.content() + "<|im_end|>")
                                .toList();
                List<String> supervised =
                        supervision.segments(supervision.example(talk)).stream()
                                .filter(Supervision.Segment::supervised)
                                .map(Supervision.Segment::text)
                                .toList();
                assertEquals(expected, supervised, talk.source());
            }
        }
    }

    /** The file is made by tests/fixtures/smollm2_golden.py from transformers' own tokenizer. */
    @Test
    void idsAreThoseOfTransformers() throws IOException {
        Path file = Tier.path("ILA_SMOLLM2_GOLDEN");
        Golden golden = new Gson().fromJson(Files.readString(file), Golden.class);
        assertTrue(golden.conversations().size() >= 200, "conversations in " + file);
        for (Golden.Tokenized one : golden.conversations()) {
            String source = one.file() + ":" + one.index();
            Example example = supervision.example(new Conversation(one.messages(), source));
            int[] ids = new int[example.length()];
            Arrays.setAll(ids, example::id);
            assertArrayEquals(one.ids(), ids, source);
        }
    }

    private static Conversations.Loaded read(String file) {
        return Conversations.read(Tier.path("ILA_DATA").resolve(file), Optional.empty());
    }

    /** Token ids of real conversations; the index counts a file's records from 0. */
    private record Golden(List<Tokenized> conversations) {
        private record Tokenized(String file, int index, List<Turn> messages, int[] ids) {}
    }
}
