package dev.ila.torch;

import dev.ila.data.Batch;
import dev.ila.data.Example;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * A network of random weights with peaked attention, a batch with padding, a change of each kind.
 */
final class SmallNetwork {
    static final int BLOCKS = 3;
    private static final double[] BASE = {100};
    private static final double[] BASES = {100, 30};

    private SmallNetwork() {}

    static Dimensions dimensions(boolean tied) {
        return new Dimensions(BLOCKS, 24, 40, 50, 6, 2, 8, tied);
    }

    static Dimensions dimensions(Variant variant) {
        return new Dimensions(BLOCKS, 24, 40, 50, 6, 2, 8, true, variant);
    }

    static Network make(Dimensions d, Compute compute) {
        return make(d, compute, Network.QUERIES);
    }

    static Network make(Dimensions d, Compute compute, int queries) {
        Random random = new Random(5);
        Network n = new Network(d, 1e-3, frequencies(d), compute, queries);
        n.weights()
                .put(
                        Weights.Part.EMBEDDING,
                        0,
                        Stored.F32,
                        normal(random, d.vocabulary() * d.hidden(), 0, 1));
        n.weights().put(Weights.Part.FINAL_NORM, 0, Stored.F32, normal(random, d.hidden(), 1, 0.3));
        if (!d.tiedHead()) {
            n.weights()
                    .put(
                            Weights.Part.HEAD,
                            0,
                            Stored.F32,
                            normal(random, d.vocabulary() * d.hidden(), 0, 0.5));
        }
        for (int b = 0; b < d.blocks(); b++) {
            n.weights().putNorm(b, 0, Stored.F32, normal(random, d.hidden(), 1, 0.3));
            n.weights().putNorm(b, 1, Stored.F32, normal(random, d.hidden(), 1, 0.3));
            for (int l = 0; l < 3 && d.variant().bias(); l++) {
                n.weights().putBias(b, l, Stored.F32, normal(random, d.outputs(l), 0, 0.3));
            }
            for (int of = 0; of < 2 && d.variant().headNorms(); of++) {
                n.weights().putHeadNorm(b, of, Stored.F32, normal(random, d.headSize(), 1, 0.4));
            }
            for (int of = 0; of < 2 && d.variant().gemma().postNorms(); of++) {
                n.weights().putPostNorm(b, of, Stored.F32, normal(random, d.hidden(), 0.2, 0.4));
            }
            for (int l = 0; l < 7; l++) {
                int size = d.outputs(l) * d.inputs(l);
                n.weights()
                        .putLayer(b, l, 0, Stored.F32, normal(random, size, 0, l < 2 ? 0.4 : 0.2));
            }
        }
        return n;
    }

    private static List<float[]> frequencies(Dimensions d) {
        List<float[]> out = new ArrayList<>();
        for (double base : d.variant().gemma().localTheta().isPresent() ? BASES : BASE) {
            float[] frequencies = new float[d.headSize() / 2];
            for (int j = 0; j < frequencies.length; j++) {
                frequencies[j] = (float) Math.pow(base, -2.0 * j / d.headSize());
            }
            out.add(frequencies);
        }
        return out;
    }

    static Batch batch(int vocabulary) {
        Random random = new Random(6);
        List<Example> examples = new ArrayList<>();
        for (int length : new int[] {11, 17, 5}) {
            int[] ids = new int[length];
            boolean[] supervised = new boolean[length];
            for (int t = 0; t < length; t++) {
                ids[t] = random.nextInt(vocabulary);
                supervised[t] = random.nextInt(3) > 0;
            }
            examples.add(new Example(ids, supervised));
        }
        return Batch.of(examples);
    }

    static Change.Factors factors(Network n, double scaleOfB) {
        return factors(n, scaleOfB, i -> i % 5 == 3 ? 0 : 1 + i % 4);
    }

    static Change.Factors factors(Network n, double scaleOfB, IntUnaryOperator rank) {
        Random random = new Random(7);
        List<Integer> ranks = new ArrayList<>();
        List<Double> scales = new ArrayList<>();
        int size = 0;
        for (int i = 0; i < n.dimensions().layers(); i++) {
            int r = rank.applyAsInt(i);
            ranks.add(r);
            scales.add(r == 0 ? 1.0 : 4.0 / r);
            size += r * (n.dimensions().inputs(i % 7) + n.dimensions().outputs(i % 7));
        }
        float[] values = new float[size];
        int at = 0;
        for (int i = 0; i < n.dimensions().layers(); i++) {
            int a = ranks.get(i) * n.dimensions().inputs(i % 7);
            int b = ranks.get(i) * n.dimensions().outputs(i % 7);
            for (int j = 0; j < a + b; j++) {
                values[at++] = (float) (random.nextGaussian() * (j < a ? 0.2 : scaleOfB));
            }
        }
        return new Change.Factors(n.vector(values), ranks, scales);
    }

    static Change.Difference difference(Network n) {
        return difference(n, Set.of());
    }

    static Change.Difference difference(Network n, Set<Integer> frozen) {
        Random random = new Random(8);
        int size = 0;
        for (int i = 0; i < n.dimensions().layers(); i++) {
            int numbers = n.dimensions().inputs(i % 7) * n.dimensions().outputs(i % 7);
            size += frozen.contains(i) ? 0 : numbers;
        }
        float[] values = new float[size];
        for (int j = 0; j < size; j++) {
            values[j] = (float) (random.nextGaussian() * 0.05);
        }
        return new Change.Difference(n.vector(values), frozen);
    }

    /** Of every weight, with a gradient for some blocks. */
    static Change.Whole whole(Network n, Set<Integer> learned) {
        Random random = new Random(10);
        Dimensions d = n.dimensions();
        float[] values = new float[(int) (d.outside() + d.blocks() * d.block())];
        for (int j = 0; j < values.length; j++) {
            values[j] = (float) (random.nextGaussian() * 0.05);
        }
        return new Change.Whole(n.vector(values), learned);
    }

    static float[] gamma(int layers) {
        Random random = new Random(9);
        float[] gamma = new float[layers];
        for (int i = 0; i < layers; i++) {
            gamma[i] = 0.3f + random.nextFloat();
        }
        return gamma;
    }

    static ByteBuffer normal(Random random, int size, double mean, double deviation) {
        ByteBuffer out = ByteBuffer.allocateDirect(4 * size).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size; i++) {
            out.putFloat((float) (mean + deviation * random.nextGaussian()));
        }
        return out.flip();
    }
}
