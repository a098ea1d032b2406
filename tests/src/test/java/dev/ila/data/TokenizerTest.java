package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
    @TempDir Path folder;
    private Tokenizer tokenizer;

    @BeforeEach
    void load() {
        tokenizer = Tokenizer.load(Tiny.withTemplate(folder, Tiny.CHATML));
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void whatIsEncodedIsDecoded() {
        String text =
                "<|im_start|>user\n  Zwei \u4e2d\u6587 \uD83D\uDC69\u200D\uD83D\uDCBB x<|im_end|>\n\n";
        assertEquals(text, tokenizer.decode(tokenizer.encode(text).ids()));
    }

    @Test
    void placesTileTheTextInJavaCharacters() {
        String text =
                "a \uD83D\uDE00\uD83D\uDE00 b\u4e2d\u6587c <|im_end|>\n\n the river \uD83D\uDE00";
        Encoded tokens = tokenizer.encode(text);
        int at = 0;
        for (int i = 0; i < tokens.length(); i++) {
            // A token that holds a part of a character begins with that character.
            assertTrue(tokens.start(i) <= at && tokens.end(i) >= at, "token " + i);
            if (tokens.start(i) == at) {
                String piece = text.substring(tokens.start(i), tokens.end(i));
                String decoded = tokenizer.decode(tokens.id(i));
                assertTrue(decoded.equals(piece) || decoded.contains("\uFFFD"), piece);
            }
            at = tokens.end(i);
        }
        assertEquals(text.length(), at);
    }

    @Test
    void nothingIsCutOffPaddedOrAdded() {
        // The fixture's own file asks for truncation at 8 and for padding to 16.
        assertEquals(2, tokenizer.encode("xx").length());
        assertEquals(500, tokenizer.encode("xy".repeat(250)).length());
        assertEquals(0, tokenizer.encode("").length());
    }

    @Test
    void halfACharacterIsRefused() {
        assertEquals(
                "text must be Unicode, but is: with half of a surrogate pair",
                assertThrows(IllegalArgumentException.class, () -> tokenizer.encode("a\uD83Db"))
                        .getMessage());
    }

    @Test
    void specialTokensAreKnownByTextAndId() {
        assertEquals(OptionalInt.of(2), tokenizer.id("<|im_end|>"));
        assertEquals(OptionalInt.empty(), tokenizer.id("<|none|>"));
        assertEquals(Optional.of("<|im_end|>"), tokenizer.end());
        assertEquals(Optional.of("<|im_end|>"), tokenizer.pad());
        assertEquals(Optional.empty(), tokenizer.begin());
        assertTrue(tokenizer.isSpecial(1));
        assertTrue(tokenizer.isEnd(2));
        assertFalse(tokenizer.isSpecial(40));
    }

    @Test
    void aTokenizerMustFitTheEmbedding() {
        assertEquals(tokenizer, tokenizer.fitting(tokenizer.vocabularySize()));
        assertEquals(
                "number of tokens in "
                        + folder.resolve("tokenizer.json")
                        + " must be 100 or fewer, the rows of the model's embedding, but is: "
                        + tokenizer.vocabularySize()
                        + ", so tokenizer and model do not belong together",
                assertThrows(IllegalArgumentException.class, () -> tokenizer.fitting(100))
                        .getMessage());
    }

    @Test
    void aBrokenFileIsNamed() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, "{\"model\":");
        assertEquals(file + " must be a JSON object, but is: broken", failure());
        Files.writeString(file, "{\"model\":{\"type\":\"BPE\",\"vocab\":{}}}");
        assertTrue(failure().startsWith(file + " must be a tokenizer, but is: "), failure());
        Files.delete(file);
        assertEquals(file + " could not be read: there is no such file", failure());
    }

    @Test
    void aClosedTokenizerRefuses() {
        Tokenizer closed = Tokenizer.load(folder);
        closed.close();
        assertThrows(IllegalStateException.class, () -> closed.encode("a"));
    }

    private String failure() {
        return assertThrows(UncheckedIOException.class, () -> Tokenizer.load(folder)).getMessage();
    }
}
