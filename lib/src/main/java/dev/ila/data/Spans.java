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
     * Where an assistant turn stands. It begins where the text leaves what is asked of the model at
     * that point, the generation prompt; it ends where the conversation up to it does. Where a
     * template writes earlier turns otherwise than later ones, a word in the turn's place tells.
     *
     * @throws IllegalArgumentException with the template's name where neither tells
     */
    Span of(int turn) {
        Optional<Integer> start = start(turn);
        Optional<Integer> stop = stop(turn);
        if (start.isPresent() && stop.isPresent() && start.get() <= stop.get()) {
            return new Span(start.get(), stop.get(), true);
        }
        Optional<Span> word = bySentinel(turn);
        if (start.isPresent() && word.isPresent() && start.get() <= word.get().stop()) {
            return new Span(start.get(), word.get().stop(), false);
        }
        return word.orElseThrow(
                () ->
                        new IllegalArgumentException(
                                template.name()
                                        + " must write each assistant turn in one piece, so"
                                        + " that it can be found, but is: unclear at turn "
                                        + (turn + 1)
                                        + " of "
                                        + conversation.source()));
    }

    private Optional<Integer> start(int turn) {
        List<Turn> before = conversation.turns().subList(0, turn);
        Optional<String> asked = render(before, true);
        Optional<String> said = render(before, false);
        if (asked.isEmpty() || said.isEmpty() || !text.startsWith(said.get())) {
            return Optional.empty();
        }
        int common = 0;
        int most = Math.min(text.length(), asked.get().length());
        while (common < most && text.charAt(common) == asked.get().charAt(common)) {
            common++;
        }
        String content = conversation.turns().get(turn).content().strip();
        if (asked.equals(said)) {
            // A template without a generation prompt leaves the role's name after what was said.
            boolean begins = text.substring(common).strip().startsWith(content);
            return begins ? Optional.of(common) : Optional.empty();
        }
        boolean whole = common == asked.get().length();
        if (!whole && (turn == 0 || common <= said.get().length())) {
            // Where nothing was said before, a template may open with more than the prompt.
            return Optional.empty();
        }
        if (whole) {
            return Optional.of(common);
        }
        // A prompt that says more may go on as the answer happens to begin.
        int agreed = common;
        return Optional.of(bySentinel(turn).map(w -> Math.min(agreed, w.start())).orElse(agreed));
    }

    private Optional<Integer> stop(int turn) {
        List<Turn> turns = conversation.turns();
        if (turn + 1 == turns.size()) {
            return Optional.of(text.length());
        }
        return render(turns.subList(0, turn + 1), false)
                .filter(text::startsWith)
                .map(String::length);
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
