package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConversationsTest {
    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "alpaca | {'instruction':'Ask','input':'','output':'Say'}",
                "alpaca | {'instruction':'Ask','input':null,'output':'Say'}",
                "response | {'instruction':'Ask','response':'Say','category':'x'}",
                "lima | {'conversations':['Ask','Say'],'source':'x'}",
                "messages | {'messages':[{'role':'user','content':'Ask'},"
                        + "{'content':'Say','role':'assistant'}],'prompt':'Ask'}",
                "sharegpt | {'conversations':[{'from':'human','value':'Ask'},"
                        + "{'from':'gpt','value':'Say'}],'tools':'[]'}",
                "prompt-completion | {'prompt':'Ask','completion':'Say'}",
                "question-answer | {'question':'Ask','answer':'Say'}",
                "question-solution | {'question':'Ask','solution':'Say','answer':'4'}",
                "problem-solution | {'problem':'Ask','solution':'Say','answer':'4'}",
                "instances | {'instruction':'Ask','instances':[{'input':'','output':'Say'}]}"
            })
    void eachFormatIsDetected(String format, String record) throws IOException {
        Conversations.Loaded loaded = read(record.replace('\'', '"'));
        assertEquals(format, loaded.sources().get(0).format().toString());
        assertEquals(
                List.of(new Turn("user", "Ask"), new Turn("assistant", "Say")),
                loaded.conversations().get(0).turns());
        assertEquals("file.json:1", loaded.conversations().get(0).source());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'instruction':'Ask','input':'this','output':'Say'}",
                "{'instruction':'Ask','context':'this','response':'Say'}",
                "{'instruction':'Ask','input':'this','response':'Say'}"
            })
    void inputAndContextFollowTheInstruction(String record) throws IOException {
        Conversations.Loaded loaded = read(record.replace('\'', '"'));
        assertEquals("Ask\nthis", loaded.conversations().get(0).turns().get(0).content());
    }

    @Test
    void aSystemTextComesFirst() throws IOException {
        Conversations.Loaded loaded =
                read("{\"system\":\"Be kind\",\"conversations\":[\"a\",\"b\",\"c\",\"d\"]}");
        assertEquals(
                "system user assistant user assistant",
                String.join(
                        " ",
                        loaded.conversations().get(0).turns().stream().map(Turn::role).toList()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "7 | not a JSON object",
                "{'instruction':'a'} | no \"output\"",
                "{'instruction':'a','output':null} | no \"output\"",
                "{'instruction':'a','output':3} | \"output\" is not text",
                "{'instruction':' ','output':'b'} | empty prompt",
                "{'instruction':'a','output':'\\n'} | empty answer",
                "{'instruction':'a','output':'\\ud83d'} | text with half of a surrogate pair",
                "{'instruction':'a','output':'b','tools':[{}]} | tool use"
            })
    void anUnusableRecordIsCountedByItsReason(String record, String reason) throws IOException {
        Conversations.Loaded loaded =
                read(Optional.of(Format.ALPACA), "[" + record.replace('\'', '"') + "]");
        assertEquals(List.of(), loaded.conversations());
        assertEquals(Map.of(reason, 1), loaded.skipped());
        assertEquals(1, loaded.sources().get(0).records());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[{'from':'human','value':'a'}] | no assistant turn",
                "['a'] | a message that is not an object",
                "[{'from':'human','value':'a'},{'from':'function_call','value':'f'}] | tool use",
                "[{'from':'cat','value':'a'}] | unknown role cat",
                "[{'value':'a'}] | no \"from\""
            })
    void anUnusableTurnMakesItsRecordUnusable(String turns, String reason) throws IOException {
        String record = ("{'conversations':" + turns + "}").replace('\'', '"');
        assertEquals(Map.of(reason, 1), read(Optional.of(Format.SHAREGPT), record).skipped());
    }

    @Test
    void aPromptAloneIsNoConversation() throws IOException {
        assertEquals(
                Map.of("no assistant turn", 2),
                read("{\"conversations\":\"a\"}\n{\"conversations\":[\"b\"]}").skipped());
    }

    @Test
    void arraysAndLinesAndLineEndsAndByteOrderMarksReadTheSame() throws IOException {
        String one = "{\"question\":\"a\",\"answer\":\"é\uD83D\uDE00\"}";
        String two = "{\"question\":\"c\",\"answer\":\"d\"}";
        List<Conversation> expected = read(one + "\n" + two).conversations();
        assertEquals(2, expected.size());
        for (String text :
                List.of(
                        "\uFEFF" + one + "\n" + two + "\n",
                        one + "\r\n\r\n" + two + "\r\n",
                        "[" + one + "," + two + "]",
                        "\uFEFF \n[\r\n" + one + ",\r\n" + two + "\r\n]\r\n")) {
            assertEquals(expected, read(text).conversations(), text);
        }
    }

    @Test
    void aLimitLeavesTheRestOutAndCounted() throws IOException {
        String usable = "{\"question\":\"a\",\"answer\":\"b\"}\n";
        String not = "{\"question\":\"a\",\"answer\":\"\"}\n";
        Path file = Files.writeString(folder.resolve("x.json"), usable + not + usable.repeat(4));
        Conversations.Loaded loaded =
                Conversations.read(
                        List.of(file, file),
                        new Conversations.Reading(Optional.empty(), Map.of(), 2));
        assertEquals(2, loaded.conversations().size());
        assertEquals(Map.of("beyond the limit of 2", 8, "empty answer", 2), loaded.skipped());
        assertEquals(6, loaded.sources().get(1).records());
    }

    @Test
    void eachInstanceOfAnInstructionIsARecord() throws IOException {
        Conversations.Loaded loaded =
                read(
                        "{'instruction':'Ask','instances':[{'input':'this','output':'Say'},"
                                        .replace('\'', '"')
                                + "{'input':'','output':'Tell'},{'input':'x'}]}"
                                        .replace('\'', '"'));
        assertEquals(
                List.of("Ask\nthis", "Say", "Ask", "Tell"),
                loaded.conversations().stream()
                        .flatMap(c -> c.turns().stream())
                        .map(Turn::content)
                        .toList());
        assertEquals(Map.of("no \"output\"", 1), loaded.skipped());
        assertEquals(3, loaded.sources().get(0).records());
    }

    @Test
    void recordsBeforeTheFormatIsKnownAreCountedToo() throws IOException {
        Conversations.Loaded loaded =
                read("[{\"id\":1},{\"question\":\"a\",\"answer\":\"b\"},{\"id\":3}]");
        assertEquals(1, loaded.conversations().size());
        assertEquals(Map.of("no \"question\"", 2), loaded.skipped());
    }

    @Test
    void severalFilesAreReadInOrderEachInItsFormat() throws IOException {
        Path a =
                Files.writeString(
                        folder.resolve("a.json"), "[{\"prompt\":\"1\",\"completion\":\"2\"}]");
        Path b =
                Files.writeString(
                        folder.resolve("b.jsonl"), "{\"question\":\"3\",\"answer\":\"4\"}");
        Conversations.Loaded loaded =
                Conversations.read(List.of(a, b), Conversations.Reading.of(Optional.empty()));
        assertEquals(
                List.of("a.json:1", "b.jsonl:1"),
                loaded.conversations().stream().map(Conversation::source).toList());
        assertEquals(
                new Conversations.Source(
                        "b.jsonl",
                        Format.QUESTION_ANSWER,
                        1,
                        "80db4f081bf7b30aa1ef94218b885f3af72ee9ae251380e9691d0e8152dd78df"),
                loaded.sources().get(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[{'prompt':'a','completion':'b'},\\n{'prompt':'a' | line 2, record 2",
                "[{'prompt':'a','completion':'b'}] x | line 1, record 2",
                "[{'prompt':'a','completion':'b'} | line 1, record 2",
                "{'prompt':'a','completion':'b'}\\n\\n{'prompt' 'a'} | line 3, record 2",
                "{'prompt':'a','completion':'b'} {} | line 1, record 1",
                "[{prompt:'a'}] | line 1, record 1",
                "{'prompt':NaN} | line 1, record 1",
                "[{'prompt':'a','completion':'b'},] | line 1, record 2",
                "hello | line 1, record 1"
            })
    void malformedJsonNamesFileLineAndRecord(String text, String place) throws IOException {
        Path file = folder.resolve("file.json");
        Files.writeString(file, text.replace("\\n", "\n").replace('\'', '"'));
        assertEquals(
                file + " must be well-formed JSON, but is: broken at " + place,
                assertThrows(
                                UncheckedIOException.class,
                                () -> Conversations.read(file, Optional.empty()))
                        .getMessage());
    }

    @Test
    void whatIsNoTextIsNamed() throws IOException {
        Path file = folder.resolve("file.json");
        Files.write(file, "{\"prompt\":\"\u00e4\"}".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(file + " must be UTF-8, but is: other bytes after record 0", failure(file));
        Files.writeString(file, " \n");
        assertEquals(file + " must be a file with records, but is: empty", failure(file));
        Path missing = folder.resolve("none.json");
        assertEquals(missing + " could not be read: there is no such file", failure(missing));
    }

    @Test
    void anUnknownFormatListsTheKnownOnes() throws IOException {
        Path file = Files.writeString(folder.resolve("x.json"), "[{\"text\":\"a\",\"id\":1}]");
        String names =
                "messages, sharegpt, lima, instances, alpaca, response, prompt-completion,"
                        + " question-solution, problem-solution, question-answer";
        assertEquals(
                file + " must be in a known format (" + names + "), but is: records with text, id",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> Conversations.read(file, Optional.empty()))
                        .getMessage());
        Files.writeString(file, "{\"prompt\":[{\"role\":\"user\"}],\"id\":1}");
        assertTrue(failureOf(file).endsWith("prompts without answers, with prompt, id"));
        Files.writeString(file, "{\"message_id\":\"1\",\"parent_id\":null}");
        assertTrue(
                failureOf(file)
                        .endsWith(
                                "message trees, one message a record, with message_id, parent_id"));
        Files.writeString(file, "{\"" + "q".repeat(50) + "\":1}");
        assertTrue(failureOf(file).endsWith("records with " + "q".repeat(40) + "…"));
        assertEquals(
                "format must be one of " + names + ", but is: csv",
                assertThrows(IllegalArgumentException.class, () -> Format.of("csv")).getMessage());
        assertEquals(Format.QUESTION_ANSWER, Format.of("question-answer"));
    }

    private static String failureOf(Path file) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> Conversations.read(file, Optional.empty()))
                .getMessage();
    }

    private static String failure(Path file) {
        return assertThrows(
                        UncheckedIOException.class,
                        () -> Conversations.read(file, Optional.empty()))
                .getMessage();
    }

    private Conversations.Loaded read(String text) throws IOException {
        return read(Optional.empty(), text);
    }

    private Conversations.Loaded read(Optional<Format> format, String text) throws IOException {
        Path file = Files.writeString(folder.resolve("file.json"), text);
        return Conversations.read(file, format);
    }
}
