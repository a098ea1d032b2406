package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {
    private static final List<Conversations.Source> SOURCES =
            List.of(new Conversations.Source("talk.json", Format.LIMA, 5, "00"));

    @TempDir Path folder;

    @Test
    void whatIsTooLongIsLeftOutAndCounted() {
        Tiny.withTemplate(folder, Tiny.CHATML);
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            Supervision supervision = new Supervision(tokenizer);
            Conversation fits = Tiny.talk("a", "b");
            int length = supervision.example(fits).length();
            Dataset data =
                    Dataset.of(
                            new Conversations.Loaded(
                                    List.of(fits, Tiny.talk("a", "bxz"), Tiny.talk("axz", "b")),
                                    Map.of("empty answer", 2),
                                    SOURCES),
                            supervision,
                            length);
            assertEquals(1, data.examples().size());
            assertEquals(
                    Map.of("empty answer", 2, "longer than " + length + " tokens", 2),
                    data.leftOut());
            assertEquals(length, data.tokens());
            assertEquals("talk.json", data.name());
        }
    }

    @Test
    void aTemplateMayRefuseOneConversationAndNotTheOthers() {
        Tiny.withTemplate(
                folder,
                "{% if messages[0]['content'] == 'no' %}{{ raise_exception('not this') }}"
                        + "{% endif %}"
                        + Tiny.CHATML);
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            Dataset data =
                    Dataset.of(
                            new Conversations.Loaded(
                                    List.of(Tiny.talk("no", "b"), Tiny.talk("yes", "b")),
                                    Map.of(),
                                    SOURCES),
                            new Supervision(tokenizer),
                            100);
            assertEquals(1, data.examples().size());
            assertEquals(Map.of("refused by the chat template (not this)", 1), data.leftOut());
        }
    }

    @Test
    void noSupervisedTokenAtAllIsAnError() {
        Map<String, Integer> leftOut = Map.of("empty answer", 5);
        assertEquals(
                "data of talk.json must be at least one record with a supervised token, but is:"
                        + " all left out {empty answer=5}",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new Dataset(List.of(), leftOut, Map.of(), SOURCES))
                        .getMessage());
    }

    @Test
    void aSplitIsAPartitionThatTheSeedDecides() {
        int[] lengths = IntStream.range(2, 102).toArray();
        Dataset data = new Dataset(Tiny.lengths(lengths), Map.of(), Map.of(), SOURCES);
        Dataset.Split split = data.split(20, 7);
        assertEquals(20, split.heldOut().size());
        List<Example> all = new ArrayList<>(split.train());
        all.addAll(split.heldOut());
        assertEquals(
                IntStream.range(2, 102).boxed().toList(),
                all.stream().map(Example::length).sorted().toList());
        assertEquals(lengthsOf(split), lengthsOf(data.split(20, 7)));
        assertNotEquals(lengthsOf(split), lengthsOf(data.split(20, 8)));
        assertEquals(lengthsOf(split).stream().sorted().toList(), lengthsOf(split));
    }

    @Test
    void aSplitLeavesSomethingToTrainOn() {
        Dataset data = new Dataset(Tiny.lengths(3, 4), Map.of(), Map.of(), SOURCES);
        assertEquals(
                "number of held-out examples must be between 1 and 1, one less than there are, but"
                        + " is: 2",
                assertThrows(IllegalArgumentException.class, () -> data.split(2, 1)).getMessage());
    }

    private static List<Integer> lengthsOf(Dataset.Split split) {
        return split.heldOut().stream().map(Example::length).toList();
    }
}
