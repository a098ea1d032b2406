package dev.ila.eval;

import dev.ila.data.Records;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Require;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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

    /** Keeps some: a line for each, without its text. */
    public static void write(Path file, List<Judged> all) {
        StringBuilder csv =
                new StringBuilder("question,group,answer,acc,acc_norm,loglikelihoods\n");
        for (int i = 0; i < all.size(); i++) {
            Judged j = all.get(i);
            csv.append(i + 1).append(',').append(j.question.group()).append(',');
            csv.append(j.question.answer()).append(',').append(j.choice()).append(',');
            csv.append(j.choiceByLength()).append(',');
            csv.append(String.join(" ", j.logLikelihoods.stream().map(String::valueOf).toList()));
            csv.append('\n');
        }
        AtomicFiles.write(file, csv.toString());
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param questions the same
     * @throws IllegalArgumentException if they are others
     */
    public static List<Judged> read(Path file, List<Question> questions) {
        List<List<String>> rows = Records.rows(file);
        Require.that(
                rows.size() == questions.size() + 1,
                rows.size() - 1 + "; remove it to ask again",
                "questions in " + file,
                "" + questions.size());
        List<Judged> all = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            List<Double> values =
                    Stream.of(rows.get(i + 1).get(5).split(" ")).map(Double::valueOf).toList();
            all.add(new Judged(questions.get(i), values));
        }
        return all;
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
