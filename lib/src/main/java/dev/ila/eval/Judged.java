package dev.ila.eval;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A question with what the model thinks of its choices.
 *
 * @param question the question
 * @param logLikelihoods of each choice in nats, all its tokens together
 */
public record Judged(Question question, List<Double> logLikelihoods) {
    /** Takes a copy. */
    public Judged {
        logLikelihoods = List.copyOf(logLikelihoods);
    }

    /** The likeliest choice; of equals the first. */
    public int choice() {
        return best(logLikelihoods::get);
    }

    /**
     * The likeliest choice for its length: by log-likelihood per character, as {@code acc_norm} of
     * lm-evaluation-harness.
     */
    public int choiceByLength() {
        return best(this::perCharacter);
    }

    /** Whether {@link #choice} is the right one. */
    public boolean right() {
        return choice() == question.answer();
    }

    /** Whether {@link #choiceByLength} is the right one. */
    public boolean rightByLength() {
        return choiceByLength() == question.answer();
    }

    private double perCharacter(int i) {
        String text = question.choices().get(i);
        return logLikelihoods.get(i) / text.codePointCount(0, text.length());
    }

    private int best(ToDoubleFunction<Integer> of) {
        return IntStream.range(0, logLikelihoods.size())
                .reduce((a, b) -> of.applyAsDouble(b) > of.applyAsDouble(a) ? b : a)
                .orElseThrow();
    }
}
