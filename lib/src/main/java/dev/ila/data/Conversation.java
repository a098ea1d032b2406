package dev.ila.data;

import java.util.ArrayList;
import java.util.List;

/**
 * One training record: who said what, in order.
 *
 * @param turns the messages; at least one is the assistant's
 * @param source where it was read, as {@code file:record}, for messages
 */
public record Conversation(List<Turn> turns, String source) {
    /** Takes a copy of the turns. */
    public Conversation {
        turns = List.copyOf(turns);
    }

    Turn lastAnswer() {
        return turns.get(placeOfLastAnswer());
    }

    Conversation withLastAnswer(Turn answer) {
        List<Turn> other = new ArrayList<>(turns);
        other.set(placeOfLastAnswer(), answer);
        return new Conversation(other, source);
    }

    private int placeOfLastAnswer() {
        return turns.stream().map(Turn::role).toList().lastIndexOf("assistant");
    }
}
