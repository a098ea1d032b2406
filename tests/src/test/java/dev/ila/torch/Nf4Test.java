package dev.ila.torch;

import static dev.ila.torch.NetworkTest.norm;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import dev.ila.data.Batch;
import dev.ila.model.Safetensors;
import dev.ila.model.TensorInfo;
import dev.ila.torch.Network.Want;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Linear layers in NF4: packed as bitsandbytes does, computed with as any others. */
class Nf4Test {
    private static final Dimensions D = new Dimensions(2, 64, 192, 50, 4, 2, 32, true);
    private static final Compute NF4 = new Compute("cpu", Precision.NF4, 2, false, Precision.F32);

    /** In any rows of a matrix, also of one that it shares with others. */
    @Test
    void whatIsPackedAndUnpackedIsWhatBitsandbytesMakesOfIt() throws Exception {
        Path file = Path.of(Nf4Test.class.getResource("/golden/nf4.safetensors").toURI());
        Safetensors theirs = Safetensors.open(file);
        try (Network n = SmallNetwork.make(D, NF4)) {
            n.weights().putLayer(1, 5, 20, Stored.F32, direct(theirs.floats("narrow")));
            n.weights().putLayer(0, 6, 3, Stored.F32, direct(theirs.floats("wide")));
            assertArrayEquals(theirs.floats("narrow.unpacked"), n.weights().layer(1, 5, 20, 60));
            assertArrayEquals(theirs.floats("wide.unpacked"), n.weights().layer(0, 6, 3, 15));
            // A row has its codes, then a scale in f32 for each 64.
            byte[] narrow = new byte[0];
            byte[] wide = new byte[0];
            byte[] up = packed(n, 1, 2);
            byte[] down = packed(n, 0, 3);
            for (int row = 0; row < 40; row++) {
                narrow = joined(narrow, up, (192 + 20 + row) * (32 + 4), 32);
            }
            for (int row = 0; row < 12; row++) {
                wide = joined(wide, down, (3 + row) * (96 + 12), 96);
            }
            assertSameCodes(40 * 64, bytes(theirs, "narrow.codes"), narrow);
            assertSameCodes(12 * 192, bytes(theirs, "wide.codes"), wide);
        }
    }

    /**
     * With double quantization: the same codes of weights and of scales, and all values within 1e-6
     * of their block's largest.
     */
    @Test
    void whatIsPackedTwiceIsWhatBitsandbytesMakesOfIt() throws Exception {
        Path file = Path.of(Nf4Test.class.getResource("/golden/nf4.safetensors").toURI());
        Safetensors golden = Safetensors.open(file);
        float[] theirs = golden.floats("double.unpacked");
        float[] weights = golden.floats("double");
        Dimensions d = new Dimensions(1, 64, 320, 50, 4, 2, 32, true);
        Compute twice = new Compute("cpu", Precision.NF4_DOUBLE, 2, false, Precision.F32);
        try (Network n = SmallNetwork.make(d, twice)) {
            // The second layer of a matrix of two, whose scales are those of the first no more.
            n.weights().putLayer(0, 5, 0, Stored.F32, direct(weights));
            n.weights().finish();
            float[] ours = n.weights().layer(0, 5, 0, 320);
            for (int block = 0; block < ours.length; block += 64) {
                float largest = 0;
                for (int i = block; i < block + 64; i++) {
                    largest = Math.max(largest, Math.abs(theirs[i]));
                }
                for (int i = block; i < block + 64; i++) {
                    assertEquals(theirs[i], ours[i], 1e-6 * largest);
                }
            }
            assertArrayEquals(Arrays.copyOfRange(ours, 64, 192), n.weights().layer(0, 5, 1, 3));
            // Codes of both layers, then codes of both layers' scales.
            byte[] all = packed(n, 0, 2);
            int half = 320 * 64 / 2;
            assertSameCodes(320 * 64, bytes(golden, "double.codes"), slice(all, half, half));
            assertArrayEquals(
                    bytes(golden, "double.scales"), slice(all, 2 * half + 320, 320), "scales");
        }
    }

    /** A matrix as it is kept; groups are q|k|v, o, gate|up, down. */
    private static byte[] packed(Network n, int block, int group) {
        List<NDArray> arrays = n.weights().arrays();
        int first = arrays.size() - Weights.ARRAYS * n.dimensions().blocks();
        return arrays.get(first + Weights.ARRAYS * block + 2 + group).toByteArray();
    }

    private static byte[] bytes(Safetensors file, String name) {
        TensorInfo info = file.tensors().get(name);
        byte[] out = new byte[Math.toIntExact(info.length())];
        file.map(info, 0, out.length).get(out);
        return out;
    }

    private static byte[] slice(byte[] all, int from, int length) {
        return Arrays.copyOfRange(all, from, from + length);
    }

    private static byte[] joined(byte[] some, byte[] all, int from, int length) {
        byte[] out = Arrays.copyOf(some, some.length + length);
        System.arraycopy(all, from, out, some.length, length);
        return out;
    }

    /** At least 99.99 % of the 4-bit codes, two in a byte; of as few as here that is all. */
    private static void assertSameCodes(int count, byte[] theirs, byte[] ours) {
        assertEquals(count, 2 * theirs.length);
        assertEquals(count, 2 * ours.length);
        int same = 0;
        for (int i = 0; i < ours.length; i++) {
            same += (theirs[i] & 0xf0) == (ours[i] & 0xf0) ? 1 : 0;
            same += (theirs[i] & 0x0f) == (ours[i] & 0x0f) ? 1 : 0;
        }
        assertTrue(same >= 0.9999 * count, same + " of " + count);
        assertEquals(count, same);
    }

    /** Of weights that both hold exactly, loss and gradients have the same bits. */
    @ParameterizedTest
    @CsvSource({
        "NF4,false,false",
        "NF4,true,false",
        "NF4,false,true",
        "NF4_DOUBLE,false,false",
        "NF4_DOUBLE,false,true"
    })
    void lossAndGradientsAreThoseOfTheUnpackedWeights(
            Precision packed, boolean recompute, boolean full) {
        Batch batch = SmallNetwork.batch(D.vocabulary());
        float[] gamma = SmallNetwork.gamma(D.layers());
        for (Want want : new Want[] {Want.CHANGE_GRADIENT, Want.MASK_GRADIENT}) {
            float[][] loss = new float[2][];
            float[][] found = new float[2][];
            for (int side = 0; side < 2; side++) {
                Precision precision = side == 0 ? packed : Precision.BF16;
                Compute compute = new Compute("cpu", precision, 2, recompute, Precision.F32);
                try (Network n = SmallNetwork.make(D, compute)) {
                    exact(n, packed == Precision.NF4_DOUBLE);
                    Change change =
                            full ? SmallNetwork.difference(n) : SmallNetwork.factors(n, 0.2);
                    int size = want == Want.MASK_GRADIENT ? D.layers() : change.values().size();
                    DeviceVector gradient = n.vector(new float[size]);
                    loss[side] = n.step(batch, change, gamma, want, gradient, 0.1);
                    found[side] = gradient.values();
                }
            }
            assertTrue(norm(found[1]) > 0.01);
            assertArrayEquals(loss[1], loss[0]);
            assertArrayEquals(found[1], found[0]);
        }
    }

    /**
     * Weights of −1, 0 and 1 times a power of two, another one for each row; or, since only equal
     * scales are packed exactly, one for all, of which each 64 have one.
     */
    private static void exact(Network n, boolean alike) {
        Random random = new Random(12);
        List<float[]> written = new ArrayList<>();
        for (int i = 0; i < D.layers(); i++) {
            int inputs = D.inputs(i % 7);
            float[] w = new float[D.outputs(i % 7) * inputs];
            for (int j = 0; j < w.length; j++) {
                float value = alike && j % 64 == 0 ? 1 : random.nextInt(3) - 1;
                w[j] = value / (4 << (alike ? 1 : j / inputs % 3));
            }
            n.weights().putLayer(i / 7, i % 7, 0, Stored.F32, direct(w));
            written.add(w);
        }
        n.weights().finish();
        for (int i = 0; i < D.layers(); i++) {
            float[] read = n.weights().layer(i / 7, i % 7, 0, D.outputs(i % 7));
            assertArrayEquals(written.get(i), read);
        }
    }

    @ParameterizedTest
    @CsvSource({"F32", "BF16"})
    void recomputationChangesNoBit(Precision products) {
        Batch batch = SmallNetwork.batch(D.vocabulary());
        float[] gamma = SmallNetwork.gamma(D.layers());
        float[][] found = new float[2][];
        for (int again = 0; again < 2; again++) {
            Compute compute = new Compute("cpu", Precision.NF4, 2, again == 1, products);
            try (Network n = SmallNetwork.make(D, compute)) {
                Change change = SmallNetwork.factors(n, 0.2);
                DeviceVector gradient = n.vector(new float[change.values().size()]);
                n.step(batch, change, gamma, Want.CHANGE_GRADIENT, gradient, 0.1);
                found[again] = gradient.values();
            }
        }
        assertArrayEquals(found[0], found[1]);
    }

    @Test
    void layersThatDoNotFitBlocksAreRefused() {
        Dimensions d = SmallNetwork.dimensions(true);
        Exception e = assertThrows(IllegalArgumentException.class, () -> SmallNetwork.make(d, NF4));
        assertEquals(
                "inputs of each linear layer must be a multiple of 64 for precision nf4, but is: 24",
                e.getMessage());
    }

    private static ByteBuffer direct(float[] x) {
        ByteBuffer out = ByteBuffer.allocateDirect(4 * x.length).order(ByteOrder.LITTLE_ENDIAN);
        out.asFloatBuffer().put(x);
        return out;
    }
}
