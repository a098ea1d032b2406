package dev.ila.data;

import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The batches of a training run: examples of like length side by side, in an order that depends on
 * nothing but the seed and the step, so that a resumed run goes on as if never stopped.
 *
 * <p>Each epoch shuffles all examples anew, sorts windows of up to {@value #WINDOW} batches by
 * length, cuts them into batches, and shuffles those. An epoch has whole batches only: fewer than a
 * batch of examples, others each time, sit it out. Which examples share a batch does not depend on
 * the micro-batch.
 */
public final class Batches {
    /** Batches sorted by length together: more means less padding and less mixing. */
    private static final int WINDOW = 50;

    private final List<Example> examples;
    private final int batchSize;
    private final int microBatch;
    private final long seed;
    private final int perEpoch;

    private long plannedEpoch = -1;
    private List<Integer> plan = List.of();

    /**
     * Plans batches.
     *
     * @param examples at least {@code batchSize}
     * @param batchSize examples of one optimizer step
     * @param microBatch examples that are computed at once, at most {@code batchSize}
     * @param seed of the order
     */
    public Batches(List<Example> examples, int batchSize, int microBatch, long seed) {
        this.examples = List.copyOf(examples);
        this.batchSize =
                Require.that(
                        batchSize >= 1 && batchSize <= examples.size(),
                        batchSize,
                        "batch size",
                        "between 1 and the number of examples (" + examples.size() + ")");
        this.microBatch =
                Require.that(
                        microBatch >= 1 && microBatch <= batchSize,
                        microBatch,
                        "micro-batch",
                        "between 1 and the batch size (" + batchSize + ")");
        this.seed = seed;
        this.perEpoch = examples.size() / batchSize;
    }

    /** Optimizer steps in which every example but the remainder is seen once. */
    public int stepsPerEpoch() {
        return perEpoch;
    }

    /** The micro-batches of one optimizer step; the first step is 0. */
    public List<Batch> step(long step) {
        Require.that(step >= 0, step, "step", "0 or more");
        int from = (int) (step % perEpoch) * batchSize;
        List<Integer> order = epoch(step / perEpoch);
        return inOrder(
                order.subList(from, from + batchSize).stream().map(examples::get).toList(),
                microBatch);
    }

    /** Batches of neighbours, each example once, the last batch perhaps smaller. */
    public static List<Batch> inOrder(List<Example> examples, int microBatch) {
        Require.atLeast(1, microBatch, "micro-batch");
        List<Batch> batches = new ArrayList<>();
        for (int i = 0; i < examples.size(); i += microBatch) {
            batches.add(Batch.of(examples.subList(i, Math.min(i + microBatch, examples.size()))));
        }
        return batches;
    }

    /**
     * Places of examples that are read side by side, of like length, the longest first.
     *
     * @param tokens of all of them, padding included; a longer example is read alone
     */
    public static List<List<Integer>> together(List<Example> examples, int tokens) {
        Require.atLeast(1, tokens, "tokens at once");
        List<Integer> order =
                IntStream.range(0, examples.size())
                        .boxed()
                        .sorted(Comparator.comparingInt(i -> -examples.get(i).length()))
                        .toList();
        List<List<Integer>> groups = new ArrayList<>();
        int from = 0;
        while (from < order.size()) {
            int rows = Math.max(1, tokens / examples.get(order.get(from)).length());
            int to = Math.min(order.size(), from + rows);
            groups.add(order.subList(from, to));
            from = to;
        }
        return groups;
    }

    /** Positions of an epoch's examples, batch by batch; the last epoch asked for is kept. */
    private synchronized List<Integer> epoch(long epoch) {
        if (epoch != plannedEpoch) {
            plan = planned(new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch));
            plannedEpoch = epoch;
        }
        return plan;
    }

    private List<Integer> planned(SplittableRandom random) {
        List<Integer> shuffled =
                Shuffle.of(examples.size(), random).subList(0, perEpoch * batchSize);
        List<Integer> byLength = new ArrayList<>();
        int windows = (perEpoch + WINDOW - 1) / WINDOW;
        for (int w = 0; w < windows; w++) {
            int from = perEpoch * w / windows * batchSize;
            int to = perEpoch * (w + 1) / windows * batchSize;
            shuffled.subList(from, to).stream()
                    .sorted(Comparator.comparingInt(e -> examples.get(e).length()))
                    .forEach(byLength::add);
        }
        List<Integer> out = new ArrayList<>();
        for (int batch : Shuffle.of(perEpoch, random)) {
            out.addAll(byLength.subList(batch * batchSize, (batch + 1) * batchSize));
        }
        return out;
    }
}
