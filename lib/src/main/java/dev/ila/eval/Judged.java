package dev.ila.eval;

import dev.ila.data.Records;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Hash;
import dev.ila.run.Require;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    private static final String HEADER = "question,hash,group,answer,acc,acc_norm,loglikelihoods";
    private static final int COLUMNS = 7;
    private static final int SHORT = 12;

    /** Takes a copy; a model that says no number is none to be judged. */
    public Judged {
        logLikelihoods = List.copyOf(logLikelihoods);
        Require.that(
                logLikelihoods.stream().allMatch(Double::isFinite),
                logLikelihoods,
                "log-likelihoods",
                "finite numbers");
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
        StringBuilder csv = new StringBuilder(HEADER + "\n");
        for (int i = 0; i < all.size(); i++) {
            Judged j = all.get(i);
            csv.append(i + 1).append(',').append(hash(j.question)).append(',');
            csv.append(j.question.group()).append(',');
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
     * @return nothing if it was of others
     */
    public static Optional<List<Judged>> read(Path file, List<Question> questions) {
        List<List<String>> rows = Records.rows(file);
        boolean same = rows.size() == questions.size() + 1 && rows.get(0).size() == COLUMNS;
        for (int i = 0; same && i < questions.size(); i++) {
            same = rows.get(i + 1).get(1).equals(hash(questions.get(i)));
        }
        if (!same) {
            return Optional.empty();
        }
        List<Judged> all = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            String[] values = rows.get(i + 1).get(COLUMNS - 1).split(" ");
            all.add(new Judged(questions.get(i), Stream.of(values).map(Double::valueOf).toList()));
        }
        return Optional.of(all);
    }

    /** Tells a question from others, and says nothing of its text. */
    private static String hash(Question q) {
        String text = q.context() + "\n" + q.choices() + "\n" + q.answer();
        return Hash.sha256(text.getBytes(StandardCharsets.UTF_8)).substring(0, SHORT);
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
