package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.Gson;
import dev.ila.search.Python;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokenizers of every kind that a {@code tokenizer.json} may hold, on real texts. */
@Tag("python")
@Tag("data")
class TokenizersPythonTest {
    private static final List<String> KINDS =
            List.of(
                    "byte_level",
                    "byte_level_cut",
                    "sentencepiece_bpe",
                    "unigram",
                    "wordpiece",
                    "added");

    private static final List<String> FILES =
            List.of(
                    "alpaca_zh_demo/alpaca_zh_demo.json",
                    "alpaca_davinci_9k/random_9k.json",
                    "dolly_3k/dolly_3k.json",
                    "gsm8k_train/train.jsonl",
                    "sharegpt_fastchat_dummy/dummy_conversation.json",
                    "lima_gair_format/train.reconstructed.jsonl",
                    "math500/math500_test.jsonl");

    private static final int TEXTS = 10_000;

    @TempDir Path folder;

    @Test
    void tenThousandTextsGiveTheIdsOfPython() throws Exception {
        List<String> texts = texts();
        assertEquals(TEXTS, texts.size());
        Path file = folder.resolve("texts.json");
        Files.writeString(file, new Gson().toJson(texts));
        Path out = folder.resolve("tokenizers");
        Python.run("tests/fixtures/tokenizers_ids.py", file, out);
        for (String kind : KINDS) {
            Path model = out.resolve(kind);
            int[][] ids =
                    new Gson().fromJson(Files.readString(model.resolve("ids.json")), int[][].class);
            try (Tokenizer tokenizer = Tokenizer.load(model)) {
                for (int i = 0; i < TEXTS; i++) {
                    assertArrayEquals(ids[i], tokenizer.encode(texts.get(i)).ids(), kind + " " + i);
                }
            }
        }
    }

    private static List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (String file : FILES) {
            for (Conversation talk :
                    Conversations.read(Tier.path("ILA_DATA").resolve(file), Optional.empty())
                            .conversations()) {
                talk.turns().forEach(turn -> texts.add(turn.content()));
            }
        }
        return texts.subList(0, Math.min(TEXTS, texts.size()));
    }
}
