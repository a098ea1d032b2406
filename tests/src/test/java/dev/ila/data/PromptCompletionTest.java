package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prompt and completion as lists of messages: what the prompt's assistant says is given. */
class PromptCompletionTest {
    private static final String PROMPT =
            "{'prompt':[{'role':'user','content':'a'},{'role':'assistant','content':'b'}";

    @TempDir Path folder;

    @Test
    void theCompletionBeginsAfterThePromptsTurns() throws IOException {
        Conversations.Loaded loaded =
                read(
                        PROMPT
                                + ",{'role':'user','content':'c'}],"
                                + "'completion':[{'role':'assistant','content':'d'}]}");
        assertEquals(
                List.of(new Conversation(Tiny.talk("a", "b", "c", "d").turns(), "x.json:1", 3)),
                loaded.conversations());
        assertEquals(Map.of(), loaded.skipped());
    }

    @Test
    void aSystemBesideThemIsThePrompts() throws IOException {
        Conversation one =
                read("{'system':'S','prompt':[{'role':'user','content':'a'}],"
                                + "'completion':[{'role':'assistant','content':'b'}]}")
                        .conversations()
                        .get(0);
        assertEquals("system", one.turns().get(0).role());
        assertEquals(2, one.prompt());
    }

    @Test
    void aCompletionWithoutAnAnswerIsCounted() throws IOException {
        assertEquals(
                Map.of("no assistant turn", 1, "a message that is not an object", 1),
                read(PROMPT
                                + "],'completion':[{'role':'user','content':'d'}]}\n"
                                + PROMPT
                                + "],'completion':'d'}")
                        .skipped());
    }

    private Conversations.Loaded read(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("x.json"), text.replace('\'', '"'));
        return Conversations.read(file, Optional.of(Format.PROMPT_COMPLETION));
    }
}
