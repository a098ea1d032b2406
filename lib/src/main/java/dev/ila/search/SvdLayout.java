package dev.ila.search;

import dev.ila.delta.AdaLoraSchedule;
import dev.ila.delta.LoraConfig;
import dev.ila.delta.LoraLayout;
import dev.ila.delta.LoraScaling;
import dev.ila.model.LinearLayer;
import dev.ila.torch.Network;
import dev.ila.train.AdaLora;
import dev.ila.train.Trainable;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * AdaLoRA's numbers in Java's memory: laid out as LoRA's with Q for A and P for B, and every λ
 * after them.
 *
 * @param layout of Q and P, at the beginning
 * @param budget triplets at the end
 */
record SvdLayout(LoraLayout layout, int budget) {
    /** Of the steps, how many come before the budget falls, and after it. */
    private static final double FIRST = 0.1;

    private static final double LAST = 0.3;

    /** Deviation of Q and P at the beginning, PEFT's. */
    private static final double DEVIATION = 0.02;

    private static final double BETA = 0.85;
    private static final double ORTHOGONALITY = 0.5;

    static SvdLayout of(List<LinearLayer> layers, Delta.AdaLora ada) {
        int tuned = LoraConfig.named(layers, ada.targets()).size();
        int of = ada.total() ? layers.size() : tuned;
        LoraConfig config =
                new LoraConfig(
                        (ada.initial() * of + tuned - 1) / tuned,
                        ada.alpha(),
                        Set.copyOf(ada.targets()),
                        LoraScaling.ALPHA_OVER_RANK);
        return new SvdLayout(LoraLayout.of(layers, config), ada.rank() * of);
    }

    /** Triplets at the beginning. */
    int triplets() {
        return IntStream.range(0, layout.layers().size()).map(layout::rank).sum();
    }

    /** Q and P by chance, λ zero, so that Δθ is. */
    float[] initial(long seed) {
        float[] out = new float[layout.size() + triplets()];
        Random random = new Random(seed);
        for (int i = 0; i < layout.size(); i++) {
            out[i] = (float) (DEVIATION * random.nextGaussian());
        }
        return out;
    }

    /** How ranks fall in so many steps. */
    AdaLoraSchedule schedule(int steps) {
        int[] ranks =
                IntStream.range(0, layout.layers().size())
                        .map(layout::rank)
                        .filter(r -> r > 0)
                        .toArray();
        return new AdaLoraSchedule(
                ranks[0],
                Math.max(1, Math.round((float) budget / ranks.length)),
                (int) (FIRST * steps),
                (int) (LAST * steps),
                steps);
    }

    /** Their training, of so many steps. */
    Trainable learning(Network network, float[] values, int steps) {
        List<Integer> ranks =
                IntStream.range(0, layout.layers().size()).mapToObj(layout::rank).toList();
        List<Double> scales =
                IntStream.range(0, layout.layers().size()).mapToObj(layout::scale).toList();
        AdaLora.Settings how =
                new AdaLora.Settings(
                        budget,
                        schedule(steps).first(),
                        schedule(steps).last(),
                        1,
                        ORTHOGONALITY,
                        BETA,
                        BETA);
        return new AdaLora(
                network.svdFactors(ranks, scales, values),
                Ila.ones(ranks.size()),
                how,
                steps,
                triplets());
    }

    /** LoRA's numbers in this layout: A = Q, B = P·diag(λ). */
    float[] composed(float... values) {
        float[] out = Arrays.copyOf(values, layout.size());
        int next = layout.size();
        for (LinearLayer l : layout.layers()) {
            int rank = layout.rank(l.index());
            int b = layout.offsetB(l.index());
            for (int i = 0; i < l.outputs() * rank; i++) {
                out[b + i] *= values[next + i % rank];
            }
            next += rank;
        }
        return out;
    }

    /** A layout of what is left, without the triplets whose λ is zero. */
    LoraLayout left(float... values) {
        int[] next = {layout.size()};
        return LoraLayout.of(
                layout.layers(),
                LoraScaling.ALPHA_OVER_RANK,
                l -> {
                    int before = layout.rank(l.index());
                    int from = next[0];
                    next[0] += before;
                    int rank =
                            (int)
                                    IntStream.range(from, next[0])
                                            .filter(i -> values[i] != 0)
                                            .count();
                    // α / rank stays that of the beginning.
                    return rank == 0
                            ? LoraLayout.Factors.NONE
                            : new LoraLayout.Factors(rank, layout.alpha(l.index()) * rank / before);
                });
    }

    /** The numbers of what is left, as LoRA's: A = Q, B = P·diag(λ). */
    float[] lora(LoraLayout left, float... values) {
        float[] out = new float[left.size()];
        int next = layout.size();
        for (LinearLayer l : layout.layers()) {
            int i = l.index();
            int before = layout.rank(i);
            int to = 0;
            for (int t = 0; t < before; t++) {
                float lambda = values[next + t];
                if (lambda != 0) {
                    int row = layout.offsetA(i) + t * l.inputs();
                    System.arraycopy(
                            values, row, out, left.offsetA(i) + to * l.inputs(), l.inputs());
                    for (int o = 0; o < l.outputs(); o++) {
                        out[left.offsetB(i) + o * left.rank(i) + to] =
                                values[layout.offsetB(i) + o * before + t] * lambda;
                    }
                    to++;
                }
            }
            next += before;
        }
        return out;
    }
}
