package dev.ila.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Batch;
import dev.ila.model.LanguageModel;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network;
import dev.ila.torch.Network.Want;
import dev.ila.torch.SvdFactors;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** AdaLoRA's budget and gradient; what it trains is held to PEFT's in the tier that has Python. */
class AdaLoraTest {
    private static final AdaLora.Settings HOW =
            new AdaLora.Settings(40, 10, 30, 5, 0.5, 0.85, 0.85);

    @Test
    void theBudgetFallsWithACubeAndThenStays() {
        assertEquals(100, HOW.budget(1, 100, 100));
        assertEquals(100, HOW.budget(10, 100, 100));
        // A quarter of the way from 10 to 70: 40 + 60 · 0.75³.
        assertEquals(65, HOW.budget(25, 100, 100));
        assertEquals(47, HOW.budget(40, 100, 100));
        assertEquals(40, HOW.budget(70, 100, 100));
        assertEquals(40, HOW.budget(99, 100, 100));
        assertFalse(HOW.cuts(10, 100));
        assertFalse(HOW.cuts(12, 100));
        assertTrue(HOW.cuts(15, 100));
        assertTrue(HOW.cuts(70, 100));
        assertTrue(new AdaLora.Settings(40, 10, 31, 5, 0.5, 0.85, 0.85).cuts(69, 100));
        assertFalse(HOW.cuts(75, 100));
    }

    @Test
    void aBudgetThatCannotBeIsRefused() {
        try (LanguageModel model = Fixture.model();
                SvdFactors factors = factors(model.network(), 2, new Random(1))) {
            float[] gamma = new float[model.layers().size()];
            assertEquals(
                    "target of AdaLoRA's budget must be at most the 20 at the beginning, but is: 40",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> new AdaLora(factors, gamma, HOW, 100, 20))
                            .getMessage());
            assertEquals(
                    "first and last steps of AdaLoRA must be together below all 40, but is: 10 and 30",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> new AdaLora(factors, gamma, HOW, 40, 50))
                            .getMessage());
        }
    }

    private static SvdFactors factors(Network network, int rank, Random random) {
        int layers = network.dimensions().layers();
        List<Integer> ranks =
                IntStream.range(0, layers).map(i -> i % 4 == 1 ? 0 : rank).boxed().toList();
        int size = 0;
        for (int i = 0; i < layers; i++) {
            int l = i % 7;
            size +=
                    ranks.get(i)
                            * (network.dimensions().inputs(l)
                                    + network.dimensions().outputs(l)
                                    + 1);
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (0.3 * random.nextGaussian());
        }
        return network.svdFactors(ranks, Collections.nCopies(layers, 2.0), values);
    }

    /** Along some directions, against the difference of two losses, orthogonality included. */
    @Test
    void theGradientIsThatOfTheLoss() {
        double orthogonality = 0.7;
        Random random = new Random(2);
        try (LanguageModel model = Fixture.model();
                SvdFactors factors = factors(model.network(), 3, random)) {
            Network n = model.network();
            float[] gamma = new float[model.layers().size()];
            Arrays.fill(gamma, 1);
            Batch batch = Fixture.batches(Fixture.steps().get(0), 8).get(0);
            float[] x = factors.values().values();
            try (DeviceVector gradient = n.vector(new float[x.length])) {
                double weight = 1.0 / batch.labels().length;
                n.step(batch, factors.change(), gamma, Want.CHANGE_GRADIENT, gradient, weight);
                factors.finish(gradient, orthogonality);
                float[] g = gradient.values();
                for (int trial = 0; trial < 4; trial++) {
                    // The last one moves λ alone.
                    int from = trial == 3 ? x.length - 3 * 21 : 0;
                    float[] direction = new float[x.length];
                    double slope = 0;
                    for (int i = from; i < x.length; i++) {
                        direction[i] = (float) random.nextGaussian();
                        slope += g[i] * direction[i];
                    }
                    double h = 1e-3;
                    double up =
                            loss(n, factors, moved(x, direction, h), batch, gamma, orthogonality);
                    double down =
                            loss(n, factors, moved(x, direction, -h), batch, gamma, orthogonality);
                    assertEquals((up - down) / (2 * h), slope, 0.02 * Math.abs(slope) + 2e-3);
                }
            }
        }
    }

    private static float[] moved(float[] x, float[] direction, double by) {
        float[] out = x.clone();
        for (int i = 0; i < x.length; i++) {
            out[i] += (float) (by * direction[i]);
        }
        return out;
    }

    private static double loss(
            Network n, SvdFactors factors, float[] x, Batch batch, float[] gamma, double weight) {
        factors.values().set(x);
        try (DeviceVector unused = n.vector(new float[1])) {
            float[] losses = n.step(batch, factors.change(), gamma, Want.LOSS, unused, 0);
            double sum = 0;
            for (float l : losses) {
                sum += l;
            }
            double apart = 0;
            int layers = 0;
            int at = 0;
            for (int i = 0; i < n.dimensions().layers(); i++) {
                int rank = factors.change().rank(i);
                int k = n.dimensions().inputs(i % 7);
                int out = n.dimensions().outputs(i % 7);
                if (rank > 0) {
                    apart +=
                            distance(x, at, rank, k, true)
                                    + distance(x, at + rank * k, rank, out, false);
                    layers++;
                    at += rank * (k + out);
                }
            }
            return sum / losses.length + weight * apart / (2 * layers);
        }
    }

    /** ‖MMᵀ − 1‖ of rank rows of some length, or of as many columns. */
    private static double distance(float[] x, int at, int rank, int length, boolean rows) {
        double sum = 0;
        for (int a = 0; a < rank; a++) {
            for (int b = 0; b < rank; b++) {
                double dot = a == b ? -1 : 0;
                for (int i = 0; i < length; i++) {
                    dot +=
                            rows
                                    ? x[at + a * length + i] * (double) x[at + b * length + i]
                                    : x[at + i * rank + a] * (double) x[at + i * rank + b];
                }
                sum += dot * dot;
            }
        }
        return Math.sqrt(sum);
    }
}
