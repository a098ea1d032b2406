package dev.ila.data;

import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes examples of conversations: the model's chat template writes the whole text once, the
 * tokenizer reads it once, and the tokens of the assistant's turns, their end token included, are
 * supervised. A token belongs where its first character does.
 */
public final class Supervision {
    private final ChatTemplate template;
    private final Tokenizer tokenizer;

    /** For a model's tokenizer and its template. */
    public Supervision(Tokenizer tokenizer) {
        this.template = ChatTemplate.of(tokenizer);
        this.tokenizer = tokenizer;
    }

    /** The template it writes with. */
    public ChatTemplate template() {
        return template;
    }

    /**
     * One conversation as an example.
     *
     * @throws IllegalArgumentException where the template is not one whose assistant turns can be
     *     found, with the template's name; or where this conversation cannot be trained on
     */
    public Example example(Conversation conversation) {
        List<Turn> turns = conversation.turns();
        String text = template.render(turns, false);
        Encoded tokens = tokenizer.encode(text);
        boolean[] supervised = new boolean[tokens.length()];
        Spans spans = new Spans(template, conversation, text);
        boolean ends = false;
        for (int i = conversation.prompt(); i < turns.size(); i++) {
            if (turns.get(i).role().equals("assistant")) {
                ends |= mark(supervised, tokens, text, spans.of(i));
            }
        }
        Example example = new Example(tokens.ids(), supervised);
        if (example.supervisedTokens() == 0) {
            throw new Unusable("no supervised token");
        }
        // A model that is never shown an end does not learn to stop.
        Require.that(
                ends,
                "none in " + conversation.source() + "; let it write eos_token there",
                template.name(),
                "one that ends an assistant turn with the end token or another special one");
        return example;
    }

    /** The example's text in pieces, supervised and not in turn; joined, they are the whole. */
    public List<Segment> segments(Example example) {
        List<Segment> segments = new ArrayList<>();
        int[] ids = new int[example.length()];
        Arrays.setAll(ids, example::id);
        int written = 0;
        for (int i = 1; i <= ids.length; i++) {
            if (i == ids.length || example.supervised(i) != example.supervised(i - 1)) {
                // A decoder may treat the first token apart, so that pieces are cut from the whole.
                String text = tokenizer.decode(Arrays.copyOf(ids, i));
                segments.add(new Segment(text.substring(written), example.supervised(i - 1)));
                written = text.length();
            }
        }
        return segments;
    }

    /** Marks a turn, and says whether it closes with a token that can end it. */
    private boolean mark(boolean[] supervised, Encoded tokens, String text, Spans.Span span) {
        int from = firstFrom(tokens, span.start());
        int to = firstFrom(tokens, span.stop());
        int stop = span.whole() ? withoutBlanks(tokens, text, from, to) : withEnd(tokens, text, to);
        Arrays.fill(supervised, from, Math.max(from, stop), true);
        return stop > from && tokenizer.isSpecial(tokens.id(stop - 1));
    }

    /** A whole turn closes with its end token; the line break that follows is the template's. */
    private static int withoutBlanks(Encoded tokens, String text, int from, int to) {
        int stop = to;
        while (stop > from && blank(text, tokens, stop - 1)) {
            stop--;
        }
        return stop;
    }

    /**
     * The end token follows the content: a special one at once, or the model's own after blanks or
     * after other special ones.
     */
    private int withEnd(Encoded tokens, String text, int to) {
        int next = to;
        while (next < tokens.length() && isBetween(tokens, text, next)) {
            next++;
        }
        if (next < tokens.length() && tokenizer.isEnd(tokens.id(next))) {
            return next + 1;
        }
        return to < tokens.length() && tokenizer.isSpecial(tokens.id(to)) ? to + 1 : to;
    }

    private boolean isBetween(Encoded tokens, String text, int i) {
        int id = tokens.id(i);
        return blank(text, tokens, i) || tokenizer.isSpecial(id) && !tokenizer.isEnd(id);
    }

    private static boolean blank(String text, Encoded tokens, int i) {
        return text.substring(tokens.start(i), tokens.end(i)).isBlank();
    }

    private static int firstFrom(Encoded tokens, int character) {
        int i = 0;
        while (i < tokens.length() && tokens.start(i) < character) {
            i++;
        }
        return i;
    }

    /**
     * A piece of an example's text.
     *
     * @param text as the tokenizer writes it
     * @param supervised whether the model must learn to say it
     */
    public record Segment(String text, boolean supervised) {}
}
