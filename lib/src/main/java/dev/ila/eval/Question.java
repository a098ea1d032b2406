package dev.ila.eval;

import dev.ila.run.Require;
import java.util.List;

/**
 * A question of multiple choice, as the model reads it.
 *
 * @param group which others it belongs to, as a subject; those begin alike, so that their beginning
 *     is read once
 * @param context what stands before the answer
 * @param choices the answers; the model reads one after a blank
 * @param answer place of the right one
 */
public record Question(String group, String context, List<String> choices, int answer) {
    /** Takes a copy of the choices. */
    public Question {
        choices = List.copyOf(choices);
        Require.that(!context.isBlank(), "\"" + context + "\"", "context", "a text");
        Require.atLeast(2, choices.size(), "number of choices");
        Require.that(
                answer >= 0 && answer < choices.size(),
                answer,
                "answer",
                "the place of one of " + choices.size() + " choices");
    }
}
