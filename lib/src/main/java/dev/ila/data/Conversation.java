package dev.ila.data;

import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * One training record: who said what, in order.
 *
 * @param turns the messages; at least one is the assistant's
 * @param source where it was read, as {@code file:record}, for messages
 * @param prompt how many turns at the beginning are given, so that no answer in them is supervised;
 *     0 where every answer is
 */
public record Conversation(List<Turn> turns, String source, int prompt) {
    /** Takes a copy of the turns. */
    public Conversation {
        turns = List.copyOf(turns);
        Require.atLeast(0, prompt, "prompt");
    }

    /** One of which every answer is supervised. */
    public Conversation(List<Turn> turns, String source) {
        this(turns, source, 0);
    }

    Turn lastAnswer() {
        return turns.get(placeOfLastAnswer());
    }

    Conversation withLastAnswer(Turn answer) {
        List<Turn> other = new ArrayList<>(turns);
        other.set(placeOfLastAnswer(), answer);
        return new Conversation(other, source, prompt);
    }

    private int placeOfLastAnswer() {
        return turns.stream().map(Turn::role).toList().lastIndexOf("assistant");
    }
}
