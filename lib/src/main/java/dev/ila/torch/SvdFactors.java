package dev.ila.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.ila.run.Require;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * AdaLoRA's factors on the device (arXiv 2303.10512 §3): Δθᵢ = scaleᵢ · Pᵢ·diag(λᵢ)·Qᵢ, and how
 * important each triplet of a column of P, a λ and a row of Q has been.
 */
public final class SvdFactors implements AutoCloseable {
    private final Network network;
    private final Program program;
    private final DeviceVector values;
    private final DeviceVector mean;
    private final DeviceVector unsure;
    private final Change.Factors change;
    private final long[] sizes;

    SvdFactors(
            Network network,
            Program program,
            List<Integer> ranks,
            List<Double> scales,
            float[] values) {
        this.network = network;
        this.program = program;
        Dimensions d = network.dimensions();
        this.sizes =
                IntStream.range(0, ranks.size())
                        .filter(i -> ranks.get(i) > 0)
                        .mapToObj(
                                i -> {
                                    int l = i % Dimensions.LAYERS_PER_BLOCK;
                                    return LongStream.of(ranks.get(i), d.inputs(l), d.outputs(l));
                                })
                        .flatMapToLong(s -> s)
                        .toArray();
        int triplets = ranks.stream().mapToInt(r -> r).sum();
        int numbers = values.length - triplets;
        this.values = network.vector(values);
        this.mean = network.vector(new float[values.length]);
        this.unsure = network.vector(new float[values.length]);
        this.change = new Change.Factors(network.vector(new float[numbers]), ranks, scales);
        long wanted = change.start(d, d.layers());
        Require.that(
                numbers == wanted, values.length, "numbers of AdaLoRA", "" + (wanted + triplets));
    }

    /** For each layer Q [rank, inputs] then P [outputs, rank], and after all of them every λ. */
    public DeviceVector values() {
        return values;
    }

    /** The running means that importance comes from, each as long as the values. */
    public List<DeviceVector> means() {
        return List.of(mean, unsure);
    }

    /** Δθ as the values have it now: A = Q, B = P·diag(λ). */
    public Change change() {
        call("svd_compose", values, change.values(), sizes());
        return change;
    }

    /**
     * Turns the gradient by {@link #change} into that by the values, in place.
     *
     * @param gradient as long as the values, zeros for λ
     * @param orthogonality weight of the mean of ‖QQᵀ − 1‖ and ‖PᵀP − 1‖ over the layers
     */
    public void finish(DeviceVector gradient, double orthogonality) {
        call("svd_gradient", values, gradient, sizes(), doubles(orthogonality));
    }

    /**
     * Takes a step into the running means.
     *
     * @param gradient that the step was made with
     * @param beta1 decay of the mean of |x·∂L/∂x|
     * @param beta2 decay of the mean of how far it is from that
     * @return importance of each triplet, in the order of λ
     */
    public float[] importance(DeviceVector gradient, double beta1, double beta2) {
        return call(
                "svd_importance", values, gradient, mean, unsure, sizes(), doubles(beta1, beta2));
    }

    /** Sets λ to zero but where it is kept. */
    public void keep(boolean... triplets) {
        float[] keep = new float[triplets.length];
        for (int i = 0; i < keep.length; i++) {
            keep[i] = triplets[i] ? 1 : 0;
        }
        call("svd_keep", values, keep);
    }

    private long[] sizes() {
        return sizes;
    }

    private static double[] doubles(double... x) {
        return x;
    }

    private float[] call(String method, Object... arguments) {
        synchronized (network) {
            try (NDManager step = program.manager().newSubManager()) {
                Program.Arguments all = new Program.Arguments();
                for (Object a : arguments) {
                    all.add(array(step, a));
                }
                return program.call(step, method, all).toFloatArray();
            }
        }
    }

    private static NDArray array(NDManager step, Object a) {
        if (a instanceof DeviceVector vector) {
            return vector.array();
        } else if (a instanceof float[] floats) {
            return step.create(floats);
        }
        return a instanceof long[] longs
                ? Program.longs(step, longs)
                : Program.doubles(step, (double[]) a);
    }

    @Override
    public void close() {
        Arrays.asList(values, mean, unsure, change.values()).forEach(DeviceVector::close);
    }
}
