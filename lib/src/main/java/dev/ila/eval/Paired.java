package dev.ila.eval;

import dev.ila.run.Require;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How much less or more a model loses than another on the same conversations, over several seeds.
 *
 * @param mean difference of the mean losses in nats a token, the mean of all pairs
 * @param low of its 95 % interval
 * @param high of that interval
 */
public record Paired(double mean, double low, double high) {
    private static final int DRAWS = 2000;
    private static final double TAIL = 0.025;
    private static final long SEED = 1;

    /** Two models that were measured on the same conversations. */
    public record Pair(HeldOut ours, HeldOut theirs) {
        /** Checks that they were. */
        public Pair {
            boolean same = ours.conversations().size() == theirs.conversations().size();
            for (int i = 0; same && i < ours.conversations().size(); i++) {
                same =
                        ours.conversations().get(i).tokens()
                                == theirs.conversations().get(i).tokens();
            }
            Require.that(same, "others", "conversations of a pair", "the same");
        }

        /** With a conversation as often as it was drawn. */
        private double difference(int... times) {
            double nats = 0;
            double tokens = 0;
            for (int i = 0; i < times.length; i++) {
                HeldOut.Loss a = ours.conversations().get(i);
                nats += times[i] * (a.nats() - theirs.conversations().get(i).nats());
                tokens += times[i] * a.tokens();
            }
            return nats / tokens;
        }
    }

    /**
     * Ours less theirs. The interval is of draws, with replacement, of the seeds and, for each of
     * them, of its conversations; of a single seed it is of its conversations alone.
     *
     * @param seeds of each seed its pairs, one or more, as of several choices by chance
     */
    public static Paired of(List<List<Pair>> seeds) {
        Require.atLeast(1, seeds.size(), "number of seeds");
        double mean =
                seeds.stream()
                        .mapToDouble(pairs -> mean(pairs, ones(pairs.get(0))))
                        .average()
                        .orElseThrow();
        SplittableRandom random = new SplittableRandom(SEED);
        double[] drawn = new double[DRAWS];
        for (int d = 0; d < DRAWS; d++) {
            double sum = 0;
            for (int i = 0; i < seeds.size(); i++) {
                List<Pair> pairs = seeds.get(random.nextInt(seeds.size()));
                int n = pairs.get(0).ours().conversations().size();
                int[] times = new int[n];
                for (int c = 0; c < n; c++) {
                    times[random.nextInt(n)]++;
                }
                sum += mean(pairs, times);
            }
            drawn[d] = sum / seeds.size();
        }
        Arrays.sort(drawn);
        int cut = (int) (TAIL * DRAWS);
        return new Paired(mean, drawn[cut], drawn[DRAWS - 1 - cut]);
    }

    private static double mean(List<Pair> pairs, int... times) {
        return pairs.stream().mapToDouble(p -> p.difference(times)).average().orElseThrow();
    }

    private static int[] ones(Pair pair) {
        int[] ones = new int[pair.ours().conversations().size()];
        Arrays.fill(ones, 1);
        return ones;
    }
}
