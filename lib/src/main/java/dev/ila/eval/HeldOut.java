package dev.ila.eval;

import dev.ila.data.Batch;
import dev.ila.data.Batches;
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
import java.util.List;
import java.util.function.IntConsumer;

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

        /** Of so many tokens' losses from a place on. */
        public static Loss of(float[] losses, int from, int count) {
            double sum = 0;
            for (int t = from; t < from + count; t++) {
                sum += losses[t];
            }
            return new Loss(sum, count);
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
        float[] gamma = new float[network.dimensions().layers()];
        Arrays.fill(gamma, 1);
        Loss[] all = new Loss[examples.size()];
        int read = 0;
        try (DeviceVector unused = network.vector(new float[1])) {
            for (List<Integer> places : Batches.together(examples, tokens)) {
                Batch batch = Batch.of(places.stream().map(examples::get).toList());
                float[] losses = network.step(batch, change, gamma, Want.LOSS, unused, 0);
                int at = 0;
                for (int place : places) {
                    int count = examples.get(place).supervisedTokens();
                    all[place] = Loss.of(losses, at, count);
                    at += count;
                }
                read += places.size();
                done.accept(read);
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
        return NORMAL * error();
    }

    /** The mean's standard error, as in {@link #halfInterval}. */
    public double error() {
        List<Double> apart = new ArrayList<>();
        double mean = mean();
        conversations.forEach(c -> apart.add(c.nats() - mean * c.tokens()));
        return deviation(apart) * conversations.size() / tokens();
    }

    /** Deviation of a mean. */
    private static double deviation(List<Double> x) {
        int n = x.size();
        double mean = x.stream().mapToDouble(v -> v).sum() / n;
        double sum = x.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        return Math.sqrt(sum / (n - 1) / n);
    }
}
