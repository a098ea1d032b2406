package dev.ila.data;

import dev.ila.run.Require;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Examples ready for training, what was left out and why, and which files they came from.
 *
 * @param examples at least one, each with at least one supervised token
 * @param leftOut how many records of the files are not among the examples, by reason
 * @param firstLeftOut where the first of them stands, as {@code file:record}, by reason
 * @param sources the files
 */
public record Dataset(
        List<Example> examples,
        Map<String, Integer> leftOut,
        Map<String, String> firstLeftOut,
        List<Conversations.Source> sources) {
    /** Takes copies. */
    public Dataset {
        examples = List.copyOf(examples);
        leftOut = Collections.unmodifiableMap(new TreeMap<>(leftOut));
        firstLeftOut = Map.copyOf(firstLeftOut);
        sources = List.copyOf(sources);
        if (examples.isEmpty()) {
            String files =
                    sources.stream()
                            .map(Conversations.Source::file)
                            .collect(Collectors.joining(", "));
            throw new IllegalArgumentException(
                    "data of "
                            + files
                            + " must be at least one record with a supervised token, but is: all"
                            + " left out "
                            + leftOut);
        }
    }

    /**
     * Reads files and makes an example of every conversation that can be trained on. Of a file only
     * the examples stay in memory.
     *
     * @param how the records are read
     * @param supervision writes and tokenizes them, and says what is supervised
     * @param maxLength the longest example in tokens; longer ones are left out, not cut, since half
     *     an answer has no end
     */
    public static Dataset read(
            List<Path> files, Conversations.Reading how, Supervision supervision, int maxLength) {
        Require.atLeast(2, maxLength, "maxLength");
        List<Example> examples = new ArrayList<>();
        LeftOut leftOut = new LeftOut();
        List<Conversations.Source> sources =
                Conversations.stream(
                        files,
                        how,
                        c -> examples.add(noLonger(supervision.example(c), maxLength)),
                        leftOut);
        return new Dataset(examples, leftOut.counts(), leftOut.first(), sources);
    }

    /** The same of conversations that are read already. */
    public static Dataset of(Conversations.Loaded loaded, Supervision supervision, int maxLength) {
        Require.atLeast(2, maxLength, "maxLength");
        List<Example> examples = new ArrayList<>();
        LeftOut leftOut = new LeftOut();
        for (Conversation c : loaded.conversations()) {
            leftOut.unless(
                    c.source(), () -> examples.add(noLonger(supervision.example(c), maxLength)));
        }
        Map<String, Integer> counts = new TreeMap<>(loaded.skipped());
        leftOut.counts().forEach((why, n) -> counts.merge(why, n, Integer::sum));
        return new Dataset(examples, counts, leftOut.first(), loaded.sources());
    }

    /** The files' names with commas between. */
    public String name() {
        return sources.stream().map(Conversations.Source::file).collect(Collectors.joining(", "));
    }

    /** Tokens of all examples. */
    public long tokens() {
        return examples.stream().mapToLong(Example::length).sum();
    }

    /** Supervised tokens of all examples. */
    public long supervisedTokens() {
        return examples.stream().mapToLong(Example::supervisedTokens).sum();
    }

    /**
     * Holds examples out of training, drawn by chance.
     *
     * @param count how many; at least one, and fewer than there are
     * @param seed the same seed draws the same ones
     */
    public Split split(int count, long seed) {
        Require.that(
                count >= 1 && count < examples.size(),
                count,
                "number of held-out examples",
                "between 1 and " + (examples.size() - 1) + ", one less than there are");
        List<Integer> order = Shuffle.of(examples.size(), new SplittableRandom(seed));
        return new Split(
                order.stream().skip(count).sorted().map(examples::get).toList(),
                order.stream()
                        .limit(count)
                        .sorted()
                        .map(examples::get)
                        .sorted(Comparator.comparingInt(Example::length))
                        .toList());
    }

    private static Example noLonger(Example example, int maxLength) {
        if (example.length() > maxLength) {
            throw new Unusable("longer than " + maxLength + " tokens");
        }
        return example;
    }

    /**
     * Two parts of a data set, nothing in both.
     *
     * @param train in the order of the data set
     * @param heldOut shortest first, so that batches of neighbours have little padding
     */
    public record Split(List<Example> train, List<Example> heldOut) {
        /** Takes copies. */
        public Split {
            train = List.copyOf(train);
            heldOut = List.copyOf(heldOut);
        }
    }
}
