package dev.ila.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Batch;
import dev.ila.torch.Network.Want;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several masks at once say what each of them says alone. */
class MaskedTest {
    private static final Variant GEMMA2 =
            new Variant(
                    false,
                    false,
                    List.of(4, 0, 3),
                    new Variant.Gemma(
                            true,
                            true,
                            OptionalDouble.of(5),
                            OptionalDouble.of(3),
                            OptionalDouble.empty(),
                            OptionalDouble.empty()));

    private static Compute compute(Precision precision) {
        return new Compute("cpu", precision, 2, false);
    }

    /** The first one; the same again; one layer left out, one alone; all others. */
    private static List<float[]> masks(int layers) {
        List<float[]> masks = new ArrayList<>();
        masks.add(SmallNetwork.gamma(layers));
        masks.add(SmallNetwork.gamma(layers));
        for (int layer : new int[] {0, 8, layers - 1}) {
            float[] without = SmallNetwork.gamma(layers);
            without[layer] = 0;
            masks.add(without);
            float[] alone = new float[layers];
            alone[layer] = 1;
            masks.add(alone);
        }
        masks.add(new float[layers]);
        return masks;
    }

    private static List<Change> changes(Network n) {
        return List.of(
                SmallNetwork.factors(n, 0.3),
                SmallNetwork.difference(n, Set.of(3, 9)),
                SmallNetwork.whole(n, Set.of()));
    }

    @ParameterizedTest
    @CsvSource({"F32,false", "BF16,false", "F32,true"})
    void lossesAreThoseOfEachMaskAlone(Precision precision, boolean gemma) {
        Dimensions d = gemma ? SmallNetwork.dimensions(GEMMA2) : SmallNetwork.dimensions(false);
        try (Network n = SmallNetwork.make(d, compute(precision))) {
            Batch batch = SmallNetwork.batch(d.vocabulary());
            DeviceVector unused = n.vector(new float[1]);
            for (Change change : gemma ? changes(n).subList(0, 2) : changes(n)) {
                List<float[]> masks = masks(d.layers());
                float[][] all = n.masked(change).losses(batch, masks.get(0), masks);
                float[][] fewer = n.masked(change).losses(batch, masks.get(0), masks.subList(2, 4));
                assertArrayEquals(new float[][] {all[2], all[3]}, fewer);
                assertEquals(masks.size(), all.length);
                for (int m = 0; m < all.length; m++) {
                    float[] alone = n.step(batch, change, masks.get(m), Want.LOSS, unused, 0);
                    assertArrayEquals(alone, all[m], "mask " + m);
                }
                assertTrue(distance(all[0], all[2]) > 1e-3, "a layer of the first block counts");
                assertTrue(distance(all[0], all[6]) > 1e-3, "a layer of the last block counts");
            }
        }
    }

    @Test
    void divergencesAreThoseOfTheLogits() {
        Dimensions d = SmallNetwork.dimensions(true);
        try (Network n = SmallNetwork.make(d, compute(Precision.F32))) {
            Batch batch = SmallNetwork.batch(d.vocabulary());
            Change change = SmallNetwork.factors(n, 0.3);
            List<float[]> masks = masks(d.layers());
            float[][] all = n.masked(change).divergences(batch, masks);
            for (int m = 0; m < masks.size(); m++) {
                double[][] p = logProbabilities(n, batch, change, masks.get(0));
                double[][] q = logProbabilities(n, batch, change, masks.get(m));
                for (int i = 0; i < p.length; i++) {
                    double kl = 0;
                    for (int v = 0; v < p[i].length; v++) {
                        kl += Math.exp(p[i][v]) * (p[i][v] - q[i][v]);
                    }
                    assertEquals(kl, all[m][i], 2e-5 + 1e-4 * kl);
                }
            }
            assertArrayEquals(new float[all[1].length], all[1], 1e-6f);
            assertTrue(all[2][0] > 1e-4, "a mask without a layer says something else");
        }
    }

    /** Token ids that stand where the sum of the probabilities passes each number. */
    @Test
    void drawsFollowTheProbabilities() {
        Dimensions d = SmallNetwork.dimensions(false);
        try (Network n = SmallNetwork.make(d, compute(Precision.F32))) {
            Batch batch = SmallNetwork.batch(d.vocabulary());
            Change change = SmallNetwork.factors(n, 0.3);
            float[] gamma = SmallNetwork.gamma(d.layers());
            double[][] p = logProbabilities(n, batch, change, gamma);
            Random random = new Random(3);
            for (int round = 0; round < 20; round++) {
                float[] draws = new float[p.length];
                for (int i = 0; i < draws.length; i++) {
                    draws[i] = round == 0 ? 0 : round == 1 ? 1 : random.nextFloat();
                }
                long[] ids = n.masked(change).draw(batch, gamma, draws);
                for (int i = 0; i < ids.length; i++) {
                    double below = 0;
                    for (int v = 0; v < ids[i]; v++) {
                        below += Math.exp(p[i][v]);
                    }
                    double upTo = below + Math.exp(p[i][(int) ids[i]]);
                    assertTrue(draws[i] >= below - 1e-5, draws[i] + " from " + below);
                    assertTrue(draws[i] <= upTo + 1e-5, draws[i] + " up to " + upTo);
                }
            }
        }
    }

    @Test
    void aMaskOfAnotherLengthIsAnError() {
        Dimensions d = SmallNetwork.dimensions(true);
        try (Network n = SmallNetwork.make(d, compute(Precision.F32))) {
            Masked masked = n.masked(SmallNetwork.factors(n, 0.3));
            Batch batch = SmallNetwork.batch(d.vocabulary());
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () ->
                                    masked.losses(
                                            batch,
                                            new float[21],
                                            List.of(new float[21], new float[20])));
            assertEquals("length of mask 2 must be 21, but is: 20", e.getMessage());
        }
    }

    private static double[][] logProbabilities(
            Network n, Batch batch, Change change, float[] gamma) {
        float[] logits = n.logits(batch.ids(), batch.rows(), batch.positions(), change, gamma);
        int v = n.dimensions().vocabulary();
        double[][] out = new double[logits.length / v][v];
        for (int i = 0; i < out.length; i++) {
            float[] row = Arrays.copyOfRange(logits, i * v, (i + 1) * v);
            double sum = 0;
            for (float x : row) {
                sum += Math.exp(x);
            }
            for (int j = 0; j < v; j++) {
                out[i][j] = row[j] - Math.log(sum);
            }
        }
        return out;
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs(a[i] - b[i]);
        }
        return sum / a.length;
    }
}
