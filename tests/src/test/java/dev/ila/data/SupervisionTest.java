package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In the expected texts, what stands in ⟦ ⟧ is supervised. */
class SupervisionTest {
    @TempDir Path folder;

    @Test
    void theAnswerAndItsEndTokenAreSupervisedAndNothingElse() {
        assertEquals(
                "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n⟦Yes<|im_end|>⟧\n",
                marked(Tiny.CHATML, Tiny.talk("Hi", "Yes")));
    }

    @Test
    void everyAssistantTurnIsSupervised() {
        assertEquals(
                "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n⟦b<|im_end|>⟧\n"
                        + "<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n⟦d<|im_end|>⟧\n",
                marked(Tiny.CHATML, Tiny.talk("a", "b", "c", "d")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\uD83D\uDE00",
                "\u4e2d\u6587 and the river",
                "x\uD83D\uDC69\u200D\uD83D\uDCBB",
                "line one\n\nline two",
                "\n lead",
                "trail  \n",
                "e\u0301"
            })
    void placesHoldForAnyText(String text) {
        assertEquals(
                "<|im_start|>user\n"
                        + text
                        + "<|im_end|>\n<|im_start|>assistant\n⟦"
                        + text
                        + "<|im_end|>⟧\n",
                marked(Tiny.CHATML, Tiny.talk(text, text)));
    }

    @Test
    void anAssistantWhoBeginsIsFoundWithoutAPrefix() {
        Conversation talk =
                new Conversation(
                        List.of(new Turn("assistant", "Hello"), new Turn("user", "Hi")), "x:1");
        String opening =
                "{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nS<|im_end|>\n' }}"
                        + "{% endif %}";
        assertEquals(
                "<|im_start|>system\nS<|im_end|>\n<|im_start|>assistant\n⟦Hello<|im_end|>⟧\n"
                        + "<|im_start|>user\nHi<|im_end|>\n",
                marked(opening + Tiny.CHATML, talk));
    }

    @Test
    void aTemplateWithoutAGenerationPromptKeepsItsRolesToItself() {
        String template = Tiny.CHATML.substring(0, Tiny.CHATML.indexOf("{% if add_"));
        assertEquals(
                "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n⟦b<|im_end|>⟧\n",
                marked(template, Tiny.talk("a", "b")));
    }

    @Test
    void aTemplateThatOpensWithTheAnswerGivesTheBlankBeforeIt() {
        String template =
                "{% for m in messages %}{% if m['role'] == 'user' %}{{ '[' + m['content'] + ']' }}"
                        + "{% else %}{{ ' ' + m['content'] | trim + ' <|im_end|>' }}"
                        + "{% endif %}{% endfor %}";
        assertEquals(
                "[a]⟦ the river <|im_end|>⟧[c]⟦ d <|im_end|>⟧",
                marked(template, Tiny.talk("a", " the river ", "c", "d")));
    }

    /** Reasoning is written for the last turn only: what was a prefix is none later. */
    @Test
    void aTemplateThatStripsEarlierReasoningIsFollowed() {
        String template =
                "{% for m in messages %}{% set c = m['content'] %}"
                        + "{% if not loop.last %}{% set c = c.split('</t>')[-1] | trim %}{% endif %}"
                        + "{{ '<|im_start|>' + m['role'] + '\n' + c + '<|im_end|>\n' }}{% endfor %}"
                        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
        assertEquals(
                "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n⟦four<|im_end|>⟧\n"
                        + "<|im_start|>user\nb<|im_end|>\n"
                        + "<|im_start|>assistant\n⟦<t>3+3</t>six<|im_end|>⟧\n",
                marked(template, Tiny.talk("a", "<t>2+2</t> four", "b", "<t>3+3</t>six")));
    }

    @Test
    void aGenerationPromptThatSaysMoreIsNoPrefix() {
        String template =
                Tiny.CHATML.replace(
                        "'<|im_start|>assistant\n'", "'<|im_start|>assistant\n<think>'");
        assertEquals(
                "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n⟦b<|im_end|>⟧\n",
                marked(template, Tiny.talk("a", "b")));
    }

    @Test
    void aTemplateThatHidesTheAnswerIsRefusedByName() {
        String template = "{% for m in messages %}{{ m['content'] | length }}{% endfor %}!";
        assertEquals(
                "chat template of "
                        + folder
                        + " must write each assistant turn in one piece, so that it can be found,"
                        + " but is: unclear at turn 2 of talk.json:1",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> marked(template, Tiny.talk("a", "b")))
                        .getMessage());
    }

    @Test
    void ofAPromptNothingIsSupervised() {
        Tiny.withTemplate(folder, Tiny.CHATML);
        Conversation talk = Tiny.talk("a", "b", "c", "d", "e", "f");
        assertEquals(
                "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n"
                        + "<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n⟦d<|im_end|>⟧\n"
                        + "<|im_start|>user\ne<|im_end|>\n<|im_start|>assistant\n⟦f<|im_end|>⟧\n",
                marked(new Conversation(talk.turns(), talk.source(), 3)));
    }

    /** Reasoning that the generation prompt begins: only what it does not say is the model's. */
    @Test
    void anAnswerBeginsWhereTheGenerationPromptLeavesIt() {
        String template =
                "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}"
                        + "{{ '<t>' if m.role == 'assistant' }}{{ m.content + '<|im_end|>' }}"
                        + "{% endfor %}"
                        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n<t>' }}{% endif %}";
        assertEquals(
                "<|im_start|>user\na<|im_end|><|im_start|>assistant\n<t>⟦b<|im_end|>⟧"
                        + "<|im_start|>user\nc<|im_end|><|im_start|>assistant\n<t>⟦d<|im_end|>⟧",
                marked(template, Tiny.talk("a", "b", "c", "d")));
    }

    @Test
    void aTemplateThatForgetsTheEndTokenIsNamed() {
        String template =
                "{% for m in messages %}{{ m.role + ':\n' + m.content + '\n' }}{% endfor %}"
                        + "{% if add_generation_prompt %}{{ 'assistant:\\n' }}{% endif %}";
        assertEquals(
                "chat template of "
                        + folder
                        + " must be one that ends an assistant turn with the end token or another"
                        + " special one, but is: none in talk.json:1; let it write eos_token there",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> marked(template, Tiny.talk("a", "b")))
                        .getMessage());
    }

    @Test
    void aModelWithoutATemplateLearnsItsOwnEndToken() {
        Tiny.model(folder, "{\"eos_token\":\"<|im_end|>\"}");
        assertEquals(
                "User: a\nAssistant:⟦ b<|im_end|>⟧\nUser: c\nAssistant:⟦ d<|im_end|>⟧\n",
                marked(Tiny.talk("a", "b", "c", "d")));
    }

    /** The end token pads, too (SmolLM2): neither a user's end nor padding is supervised. */
    @Test
    void aPadTokenThatIsTheEndTokenDoesNoHarm() {
        Tiny.withTemplate(folder, Tiny.CHATML);
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertEquals(tokenizer.end(), tokenizer.pad());
            Supervision supervision = new Supervision(tokenizer);
            Example shorter = supervision.example(Tiny.talk("a", "b"));
            Example longer = supervision.example(Tiny.talk("a", "the river by the old mill"));
            Batch batch = Batch.of(List.of(shorter, longer));
            int end = tokenizer.id("<|im_end|>").getAsInt();
            assertEquals(2, Arrays.stream(batch.labels()).filter(label -> label == end).count());
            assertEquals(
                    shorter.supervisedTokens() + longer.supervisedTokens(), batch.labels().length);
        }
    }

    private String marked(String template, Conversation conversation) {
        Tiny.withTemplate(folder, template);
        return marked(conversation);
    }

    private String marked(Conversation conversation) {
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            Supervision supervision = new Supervision(tokenizer);
            return supervision.segments(supervision.example(conversation)).stream()
                    .map(s -> s.supervised() ? "⟦" + s.text() + "⟧" : s.text())
                    .collect(Collectors.joining());
        }
    }
}
