package dev.ila.eval;

import dev.ila.data.Batch;
import dev.ila.data.Example;
import dev.ila.data.Records;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Require;
import dev.ila.torch.Change;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network;
import dev.ila.torch.Network.Want;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Losses on conversations that were not trained on.
 *
 * @param conversations what each of them gave, in their order
 */
public record HeldOut(List<Loss> conversations) {
    /** Deviations on either side that hold 95 % of a normal distribution. */
    private static final double NORMAL = 1.96;

    /** Takes a copy. */
    public HeldOut {
        conversations = List.copyOf(conversations);
        Require.atLeast(1, conversations.size(), "number of conversations");
    }

    /**
     * Of a conversation.
     *
     * @param nats sum over its supervised tokens
     * @param tokens supervised tokens
     */
    public record Loss(double nats, int tokens) {
        /** Checks that it is a number. */
        public Loss {
            Require.that(Double.isFinite(nats), nats, "loss of a conversation", "a finite number");
        }
    }

    /**
     * Measures a model with a change of its weights.
     *
     * @param tokens of all conversations that are read side by side; a longer one is read alone
     * @param done is told how many are, now and then
     */
    public static HeldOut measure(
            Network network, Change change, List<Example> examples, int tokens, IntConsumer done) {
        int[] order =
                IntStream.range(0, examples.size())
                        .boxed()
                        .sorted(Comparator.comparingInt(i -> -examples.get(i).length()))
                        .mapToInt(i -> i)
                        .toArray();
        float[] gamma = new float[network.dimensions().layers()];
        Arrays.fill(gamma, 1);
        Loss[] all = new Loss[order.length];
        try (DeviceVector unused = network.vector(new float[1])) {
            int from = 0;
            while (from < order.length) {
                int rows = Math.max(1, tokens / examples.get(order[from]).length());
                int to = Math.min(order.length, from + rows);
                List<Example> some =
                        Arrays.stream(order, from, to).mapToObj(examples::get).toList();
                float[] losses = network.step(Batch.of(some), change, gamma, Want.LOSS, unused, 0);
                int at = 0;
                for (int i = from; i < to; i++) {
                    int count = examples.get(order[i]).supervisedTokens();
                    double sum = 0;
                    for (int t = 0; t < count; t++) {
                        sum += losses[at++];
                    }
                    all[order[i]] = new Loss(sum, count);
                }
                from = to;
                done.accept(to);
            }
        }
        return new HeldOut(Arrays.asList(all));
    }

    private static final String HEADER = "conversation,tokens,nats";

    /** Keeps it: a line for each conversation, numbers that read back as they were. */
    public void write(Path file) {
        StringBuilder csv = new StringBuilder(HEADER).append('\n');
        for (int i = 0; i < conversations.size(); i++) {
            Loss l = conversations.get(i);
            csv.append(i + 1).append(',').append(l.tokens()).append(',').append(l.nats());
            csv.append('\n');
        }
        AtomicFiles.write(file, csv.toString());
    }

    /** Reads what {@link #write} wrote. */
    public static HeldOut read(Path file) {
        List<List<String>> rows = Records.rows(file);
        return new HeldOut(
                rows.stream()
                        .skip(1)
                        .map(
                                r ->
                                        new Loss(
                                                Double.parseDouble(r.get(2)),
                                                Integer.parseInt(r.get(1))))
                        .toList());
    }

    /** Supervised tokens of all. */
    public long tokens() {
        return conversations.stream().mapToLong(Loss::tokens).sum();
    }

    /** Mean over all supervised tokens, in nats. */
    public double mean() {
        return conversations.stream().mapToDouble(Loss::nats).sum() / tokens();
    }

    /** e to the mean: among how many tokens the model might as well have guessed. */
    public double perplexity() {
        return Math.exp(mean());
    }

    /**
     * Half of the mean's 95 % interval, for conversations drawn from many: the ratio estimator's.
     *
     * @return nats; NaN for one conversation alone
     */
    public double halfInterval() {
        List<Double> apart = new ArrayList<>();
        double mean = mean();
        conversations.forEach(c -> apart.add(c.nats() - mean * c.tokens()));
        return NORMAL * deviation(apart) * conversations.size() / tokens();
    }

    /** Deviation of a mean. */
    private static double deviation(List<Double> x) {
        int n = x.size();
        double mean = x.stream().mapToDouble(v -> v).sum() / n;
        double sum = x.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        return Math.sqrt(sum / (n - 1) / n);
    }
}
