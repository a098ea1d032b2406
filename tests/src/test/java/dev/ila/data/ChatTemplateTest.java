package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
    @TempDir Path folder;

    @Test
    void theModelsTemplateWritesTheConversation() {
        List<Turn> turns = Tiny.talk("Hi {{ 1 }} {% x %} <b>", "Yes", "So").turns();
        assertEquals(
                "<|im_start|>user\nHi {{ 1 }} {% x %} <b><|im_end|>\n"
                        + "<|im_start|>assistant\nYes<|im_end|>\n"
                        + "<|im_start|>user\nSo<|im_end|>\n<|im_start|>assistant\n",
                render(Tiny.withTemplate(folder, Tiny.CHATML), turns, true));
    }

    @Test
    void aTemplateFileAndANamedDefaultAreFound() throws IOException {
        String named =
                "{\"chat_template\":[{\"name\":\"default\",\"template\":\"D\"},"
                        + "{\"name\":\"rag\",\"template\":\"R\"}]}";
        assertEquals("D", render(Tiny.model(folder, named), Tiny.talk("a").turns(), false));
        Files.writeString(folder.resolve("chat_template.jinja"), "F\n");
        assertEquals("F", render(folder, Tiny.talk("a").turns(), false));
    }

    @Test
    void namedTemplatesWithoutADefaultAreAnError() {
        Path model =
                Tiny.model(folder, "{\"chat_template\":[{\"name\":\"rag\",\"template\":\"R\"}]}");
        assertEquals(
                "chat_template of "
                        + folder.resolve("tokenizer_config.json")
                        + " must be one template or have one named default, but is: [rag]",
                assertThrows(IllegalArgumentException.class, () -> Tokenizer.load(model))
                        .getMessage());
    }

    @Test
    void aModelWithoutATemplateGetsPlainRolesAndItsOwnEndToken() {
        Path model = Tiny.model(folder, "{\"eos_token\":\"<|im_end|>\"}");
        assertEquals(
                "User: a\nAssistant: b<|im_end|>\nUser: c\nAssistant:",
                render(model, Tiny.talk("a", "b", "c").turns(), true));
        try (Tokenizer tokenizer = Tokenizer.load(model)) {
            assertTrue(ChatTemplate.of(tokenizer).isPlain());
        }
    }

    @Test
    void plainRolesBeginAsTheModelsTokenizerDoes() throws IOException {
        Path model =
                Tiny.model(
                        folder, "{\"bos_token\":\"<|endoftext|>\",\"eos_token\":\"<|im_end|>\"}");
        List<Turn> turns = Tiny.talk("a").turns();
        assertEquals("User: a\n", render(model, turns, false));
        JsonObject tokenizer =
                JsonParser.parseString(Files.readString(folder.resolve("tokenizer.json")))
                        .getAsJsonObject();
        String begin = "{'SpecialToken':{'id':'<|endoftext|>','type_id':0}}";
        String text = "{'Sequence':{'id':'A','type_id':0}}";
        tokenizer.add(
                "post_processor",
                JsonParser.parseString(
                        "{'type':'TemplateProcessing','single':["
                                + begin
                                + ","
                                + text
                                + "],'pair':["
                                + text
                                + "],'special_tokens':{'<|endoftext|>':{'id':'<|endoftext|>',"
                                + "'ids':[0],'tokens':['<|endoftext|>']}}}"));
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toString());
        assertEquals("<|endoftext|>User: a\n", render(model, turns, false));
    }

    @Test
    void withoutTemplateAndEndTokenThereIsNoWay() {
        try (Tokenizer tokenizer = Tokenizer.load(Tiny.model(folder, "{}"))) {
            assertEquals(
                    "chat template of "
                            + folder
                            + " must be there, or an eos_token to do without, but is: neither",
                    assertThrows(IllegalArgumentException.class, () -> ChatTemplate.of(tokenizer))
                            .getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "{{ c.lstrip('x').rstrip('\\n') }}~ a</t>b",
                "{{ c.strip() }}~a</t>b",
                "{{ c.split('</t>')[-1].strip() }}~b",
                "{{ 'a.b'.split('.')[0] }}~a",
                "{{ 'a b'.split() | length }}~2",
                "{{ 'a.b.c'.split('.', 1)[1] }}~b.c",
                "{{ 'ab'.upper() }}{{ 'AB'.lower() }}~ABab",
                "{{ 'user one'.capitalize() }}~User one",
                "{{ 'user one'.title() }}~User One",
                "{% if 'ab'.startswith('a') and 'ab'.endswith('b') %}Y{% endif %}~Y",
                "{{ 'abc'.find('c') }}~2",
                "{{ ', '.join(['a', 'b']) }}~a, b",
                "{% for x in ['a', 'b'][::-1] %}{{ x }}{% endfor %}~ba",
                "{{ strftime_now('%d %b %Y %H:%M') }}~26 Jul 2024 12:00",
                "{{ {'a': 'b'} | tojson }}~{\"a\": \"b\"}",
                "{{ eos_token }}{{ bos_token }}~<|im_end|>"
            })
    void whatPythonKnowsTemplatesMayUse(String template, String expected) {
        Path model = Tiny.withTemplate(folder, "{% set c = messages[0]['content'] %}" + template);
        assertEquals(expected, render(model, List.of(new Turn("user", " a</t>b\n")), false));
    }

    @Test
    void blocksLeaveNoBlanksBehind() {
        Path model = Tiny.withTemplate(folder, "a\n  {% if true %}\nb\n  {% endif %}\nc\n");
        assertEquals("a\nb\nc", render(model, Tiny.talk("x").turns(), false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "a\\n{% wrong %}~not, at line 2 (the tag wrong is not known here)",
                "{{ c | wrong }}~not, at line 1 (the filter wrong is not known here)",
                "a\\n{{ c.d }}~not, at line 2 ('c' is undefined)",
                "{% if c %}~not, at line 1 (the tag endif is missing)"
            })
    void aTemplateThatCannotBeRenderedIsNamed(String template, String what) {
        Path model = Tiny.withTemplate(folder, template.replace("\\n", "\n"));
        assertEquals(
                "chat template of "
                        + folder
                        + " must be Jinja that can be rendered here, but is: "
                        + what,
                assertThrows(
                                IllegalArgumentException.class,
                                () -> render(model, Tiny.talk("x").turns(), false))
                        .getMessage());
    }

    /** What a text says is never taken for a value of another kind, nor written as an escape. */
    @ParameterizedTest
    @ValueSource(strings = {"false", "None", "0", "a\u000Bb", "\\u000B", "{{ x }}", "\u00a0 x"})
    void anyTextIsWrittenAsItIs(String text) {
        String template = "{% for m in messages if m.content %}[{{ m.content }}]{% endfor %}";
        Path model = Tiny.withTemplate(folder, template);
        assertEquals(
                "[" + text + "][" + text + "]",
                render(model, Tiny.talk(text, text).turns(), false));
    }

    private static String render(Path model, List<Turn> turns, boolean generationPrompt) {
        try (Tokenizer tokenizer = Tokenizer.load(model)) {
            return ChatTemplate.of(tokenizer).render(turns, generationPrompt);
        }
    }
}
