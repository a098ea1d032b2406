package dev.ila.torch;

import static dev.ila.torch.NetworkTest.distance;
import static dev.ila.torch.NetworkTest.ones;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Batch;
import dev.ila.data.Batches;
import dev.ila.data.Example;
import dev.ila.search.Ila;
import dev.ila.torch.Network.Want;
import dev.ila.train.Trainable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What must hold of θ₀ + γ ⊙ Δθ whatever the numbers (paper §3). */
class LawsTest {
    private static final Dimensions D = SmallNetwork.dimensions(true);
    private static final Compute F32 = new Compute("cpu", Precision.F32, 2, false);
    private static final int LAYERS = D.layers();

    private Network n;
    private Change.Factors lora;

    @BeforeEach
    void make() {
        n = SmallNetwork.make(D, F32);
        lora = SmallNetwork.factors(n, 0.2);
    }

    @AfterEach
    void close() {
        n.close();
    }

    @Test
    void aZeroBLeavesTheBase() {
        float[] base = logits(n, Change.none(n), ones(LAYERS));
        float[] zeroB = logits(n, SmallNetwork.factors(n, 0), ones(LAYERS));
        assertTrue(distance(zeroB, base) <= 1e-6);
    }

    @Test
    void aMaskOfZeroIsTheBase() {
        float[] base = logits(n, Change.none(n), ones(LAYERS));
        assertTrue(distance(logits(n, lora, new float[LAYERS]), base) <= 1e-6);
        Change full = SmallNetwork.difference(n);
        assertArrayEquals(base, logits(n, full, new float[LAYERS]));
        assertTrue(distance(logits(n, lora, ones(LAYERS)), base) > 0.01);
        assertTrue(distance(logits(n, full, ones(LAYERS)), base) > 0.01);
    }

    @Test
    void aMaskOfOneIsPlainLora() {
        float[] masked = logits(n, lora, ones(LAYERS));
        try (Network merged = SmallNetwork.make(D, F32)) {
            float[][] delta = deltas(lora);
            for (int i = 0; i < LAYERS; i++) {
                int l = i % 7;
                float[] w = n.weights().layer(i / 7, l, 0, D.outputs(l));
                ByteBuffer sum = ByteBuffer.allocateDirect(4 * w.length);
                sum.order(ByteOrder.LITTLE_ENDIAN);
                for (int j = 0; j < w.length; j++) {
                    sum.putFloat(w[j] + delta[i][j]);
                }
                merged.weights().putLayer(i / 7, l, 0, Stored.F32, sum.flip());
            }
            float[] plain = logits(merged, Change.none(merged), ones(LAYERS));
            assertTrue(distance(masked, plain) <= 1e-5);
        }
    }

    @Test
    void loraIsItsOwnFullDifference() {
        float[][] delta = deltas(lora);
        int size = Arrays.stream(delta).mapToInt(x -> x.length).sum();
        float[] flat = new float[size];
        int at = 0;
        for (float[] x : delta) {
            System.arraycopy(x, 0, flat, at, x.length);
            at += x.length;
        }
        Change full = new Change.Difference(n.vector(flat));
        float[] gamma = SmallNetwork.gamma(LAYERS);
        assertTrue(distance(logits(n, lora, gamma), logits(n, full, gamma)) <= 1e-5);
        float[] byFactors = gradient(lora, gamma, Want.MASK_GRADIENT, LAYERS);
        float[] byDifference = gradient(full, gamma, Want.MASK_GRADIENT, LAYERS);
        assertTrue(distance(byFactors, byDifference) <= 1e-4);
    }

    @Test
    void theMasksGradientIsThatOfEitherFactorTimesIt() {
        float[] values = lora.values().values();
        float[] byMask = gradient(lora, ones(LAYERS), Want.MASK_GRADIENT, LAYERS);
        float[] g = gradient(lora, ones(LAYERS), Want.CHANGE_GRADIENT, values.length);
        int at = 0;
        for (int i = 0; i < LAYERS; i++) {
            int a = at + lora.ranks().get(i) * D.inputs(i % 7);
            int b = a + lora.ranks().get(i) * D.outputs(i % 7);
            double tolerance = 1e-4 * Math.abs(byMask[i]);
            assertEquals(byMask[i], dot(g, values, at, a), tolerance, "A of layer " + i);
            assertEquals(byMask[i], dot(g, values, a, b), tolerance, "B of layer " + i);
            assertEquals(lora.ranks().get(i) == 0, byMask[i] == 0);
            at = b;
        }
    }

    /**
     * Central differences at two distances with the h² term removed. A loss in f32 is good to about
     * 1e-6 here, which 0.1 in s turns into 1e-5 of a gradient whose length is more than 0.01.
     */
    @Test
    void theLogitsGradientIsTheLossesSlope() {
        Batch batch = SmallNetwork.batch(D.vocabulary());
        Ila.MaskSettings settings = new Ila.MaskSettings(0.5, 0.01, 1, 0);
        float[] s = settings.initial(LAYERS);
        DeviceVector logits = n.vector(s);
        Trainable mask = Ila.stage2(lora, logits, settings);
        DeviceVector gradient = n.vector(new float[LAYERS]);
        double weight = 1.0 / batch.labels().length;
        n.step(batch, lora, mask.gamma(), mask.want(), gradient, weight);
        mask.finish(gradient);
        float[] slopes = new float[LAYERS];
        for (int i = 0; i < LAYERS; i++) {
            double near = slope(mask, logits, s, i, 0.1f, batch);
            double far = slope(mask, logits, s, i, 0.2f, batch);
            slopes[i] = (float) ((4 * near - far) / 3);
        }
        assertTrue(NetworkTest.norm(slopes) > 0.01);
        assertEquals(0, distance(gradient.values(), slopes), 2e-3);
    }

    @Test
    void microBatchesAddUpToTheBatch() {
        List<Example> examples = examples(6, 15);
        Batch whole = Batch.of(examples);
        double weight = 1.0 / whole.labels().length;
        float[] gamma = SmallNetwork.gamma(LAYERS);
        for (Want want : List.of(Want.CHANGE_GRADIENT, Want.MASK_GRADIENT)) {
            int size = want == Want.MASK_GRADIENT ? LAYERS : lora.values().size();
            DeviceVector once = n.vector(new float[size]);
            DeviceVector twice = n.vector(new float[size]);
            double loss = sum(n.step(whole, lora, gamma, want, once, weight));
            double halves = 0;
            for (Batch half : Batches.inOrder(examples, 3)) {
                halves += sum(n.step(half, lora, gamma, want, twice, weight));
            }
            assertEquals(loss, halves, 1e-5 * loss);
            assertTrue(distance(twice.values(), once.values()) <= 1e-5);
        }
    }

    /** The head goes in chunks of 256 supervised tokens. */
    @Test
    void chunksOfTheHeadAddUp() {
        Batch batch = Batch.of(examples(24, 40));
        assertTrue(batch.labels().length > 2 * 256 && batch.labels().length % 256 != 0);
        float[] gamma = SmallNetwork.gamma(LAYERS);
        double weight = 1.0 / batch.labels().length;
        DeviceVector ours = n.vector(new float[lora.values().size()]);
        DeviceVector theirs = n.vector(new float[lora.values().size()]);
        float[] loss = n.step(batch, lora, gamma, Want.CHANGE_GRADIENT, ours, weight);
        float[] all = n.referenceStep(batch, lora, gamma, Want.CHANGE_GRADIENT, theirs, weight);
        assertTrue(distance(loss, all) <= 1e-5);
        assertTrue(distance(ours.values(), theirs.values()) <= 2e-5);
    }

    private double slope(
            Trainable mask, DeviceVector logits, float[] s, int i, float h, Batch batch) {
        double[] loss = new double[2];
        float[] moved = s.clone();
        for (int side = 0; side < 2; side++) {
            moved[i] = s[i] + (side == 0 ? h : -h);
            logits.set(moved);
            loss[side] = sum(n.step(batch, lora, mask.gamma(), Want.LOSS, logits, 0));
        }
        logits.set(s);
        return (loss[0] - loss[1]) / batch.labels().length / (2 * h);
    }

    private float[] gradient(Change change, float[] gamma, Want want, int size) {
        Batch batch = SmallNetwork.batch(D.vocabulary());
        DeviceVector gradient = n.vector(new float[size]);
        n.step(batch, change, gamma, want, gradient, 1.0 / batch.labels().length);
        return gradient.values();
    }

    private static float[] logits(Network n, Change change, float[] gamma) {
        Batch batch = SmallNetwork.batch(D.vocabulary());
        return n.logits(batch.ids(), batch.rows(), batch.positions(), change, gamma);
    }

    /** scaleᵢ · BᵢAᵢ of each layer, [outputs, inputs]. */
    private static float[][] deltas(Change.Factors lora) {
        float[] x = lora.values().values();
        float[][] out = new float[LAYERS][];
        int at = 0;
        for (int i = 0; i < LAYERS; i++) {
            int inputs = D.inputs(i % 7);
            int rank = lora.ranks().get(i);
            int b = at + rank * inputs;
            out[i] = new float[D.outputs(i % 7) * inputs];
            for (int j = 0; j < out[i].length; j++) {
                double sum = 0;
                for (int r = 0; r < rank; r++) {
                    sum += (double) x[b + j / inputs * rank + r] * x[at + r * inputs + j % inputs];
                }
                out[i][j] = (float) (lora.scales().get(i) * sum);
            }
            at = b + rank * D.outputs(i % 7);
        }
        return out;
    }

    private static List<Example> examples(int count, int longest) {
        Random random = new Random(11);
        List<Example> out = new ArrayList<>();
        for (int e = 0; e < count; e++) {
            int[] ids = new int[longest - e % 5];
            boolean[] supervised = new boolean[ids.length];
            for (int t = 0; t < ids.length; t++) {
                ids[t] = random.nextInt(D.vocabulary());
                supervised[t] = random.nextInt(4) > 0;
            }
            out.add(new Example(ids, supervised));
        }
        return out;
    }

    private static double dot(float[] a, float[] b, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    private static double sum(float[] x) {
        double sum = 0;
        for (float v : x) {
            sum += v;
        }
        return sum;
    }
}
