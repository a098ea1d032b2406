package dev.ila.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds where in a rendered conversation the assistant's turns stand. */
final class Spans {
    /** A word that no record has; made longer where one does. */
    private static final String SENTINEL = "qzvxkjqw";

    private final ChatTemplate template;
    private final Conversation conversation;
    private final String text;

    /** For one conversation and the text that the template made of it. */
    Spans(ChatTemplate template, Conversation conversation, String text) {
        this.template = template;
        this.conversation = conversation;
        this.text = text;
    }

    /**
     * Where an assistant turn stands: what rendering up to it, and with it, differ in; or, where
     * the template writes earlier turns otherwise than later ones, what a word in its place stands
     * for.
     *
     * @throws IllegalArgumentException with the template's name where neither tells
     */
    Span of(int turn) {
        return byPrefixes(turn)
                .or(() -> bySentinel(turn))
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        template.name()
                                                + " must write each assistant turn in one piece, so"
                                                + " that it can be found, but is: unclear at turn "
                                                + (turn + 1)
                                                + " of "
                                                + conversation.source()));
    }

    private Optional<Span> byPrefixes(int turn) {
        List<Turn> turns = conversation.turns();
        Optional<String> before = render(turns.subList(0, turn), true);
        Optional<String> after =
                turn + 1 == turns.size()
                        ? Optional.of(text)
                        : render(turns.subList(0, turn + 1), false);
        if (before.isEmpty()
                || after.isEmpty()
                || !text.startsWith(after.get())
                || !after.get().startsWith(before.get())) {
            return Optional.empty();
        }
        Span span = new Span(before.get().length(), after.get().length(), true);
        String found = text.substring(span.start(), span.stop()).strip();
        if (found.startsWith(turns.get(turn).content().strip())) {
            return Optional.of(span);
        }
        // A template without a generation prompt leaves the role's name in the difference.
        boolean prompts = !render(turns.subList(0, turn), false).equals(before);
        return prompts ? Optional.of(span) : Optional.empty();
    }

    private Optional<Span> bySentinel(int turn) {
        String word = SENTINEL;
        while (text.contains(word)) {
            word += SENTINEL;
        }
        List<Turn> turns = new ArrayList<>(conversation.turns());
        turns.set(turn, new Turn(turns.get(turn).role(), word));
        String marked = render(turns, false).orElse("");
        int at = marked.indexOf(word);
        if (at < 0 || at != marked.lastIndexOf(word)) {
            return Optional.empty();
        }
        String head = marked.substring(0, at);
        String tail = marked.substring(at + word.length());
        boolean found =
                text.startsWith(head)
                        && text.endsWith(tail)
                        && head.length() + tail.length() < text.length();
        return found
                ? Optional.of(new Span(head.length(), text.length() - tail.length(), false))
                : Optional.empty();
    }

    /** A part of a conversation; some templates will not take every part. */
    private Optional<String> render(List<Turn> turns, boolean generationPrompt) {
        try {
            return Optional.of(template.render(turns, generationPrompt));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Where a turn stands in the text.
     *
     * @param start of its first character
     * @param stop one past its last
     * @param whole whether it reaches to the turn's end and takes in the end token; else it is the
     *     content alone
     */
    record Span(int start, int stop, boolean whole) {}
}
