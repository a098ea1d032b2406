package dev.ila.rank;

import java.util.Arrays;
import java.util.List;

/**
 * A likeness of two rankings as a function of one number for each layer: its rank for Spearman's ρ,
 * whether it is among the top k for Jaccard's.
 */
interface Pairwise {
    /** One number for each layer, in the order of their indices. */
    double[] values(Ranking ranking);

    /** The likeness of two rankings by their values. */
    double of(double[] x, double[] y);

    /** The likeness of each with each. */
    default double[] pairs(List<double[]> values) {
        int n = values.size();
        double[] pairs = new double[n * (n - 1) / 2];
        int next = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                pairs[next++] = of(values.get(i), values.get(j));
            }
        }
        return pairs;
    }

    static double mean(double[] values) {
        return Arrays.stream(values).sum() / values.length;
    }

    static Pairwise spearman() {
        return new Pairwise() {
            @Override
            public double[] values(Ranking ranking) {
                return Correlation.ranks(ranking);
            }

            @Override
            public double of(double[] x, double[] y) {
                return Correlation.pearson(x, y);
            }
        };
    }

    static Pairwise jaccard(int k) {
        return new Pairwise() {
            @Override
            public double[] values(Ranking ranking) {
                return ranking.byIndex().stream().mapToDouble(s -> s.rank() <= k ? 1 : 0).toArray();
            }

            @Override
            public double of(double[] x, double[] y) {
                int shared = 0;
                for (int i = 0; i < x.length; i++) {
                    shared += x[i] + y[i] == 2 ? 1 : 0;
                }
                return Overlap.jaccard(shared, k);
            }
        };
    }
}
