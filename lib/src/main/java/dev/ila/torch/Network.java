package dev.ila.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.ila.data.Batch;
import dev.ila.run.Require;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A Llama-shaped network with frozen weights θ₀ and, per call, a change γ ⊙ Δθ of them (paper §3).
 *
 * <p>Nothing in it changes over its life but scratch columns beside the weights. Not for two threads
 * at once.
 */
public final class Network implements AutoCloseable {
    /** What a step computes besides the loss. */
    public enum Want {
        /** Nothing. */
        LOSS,
        /** Adds ∂L/∂Δθ to the gradient. */
        CHANGE_GRADIENT,
        /** Adds ∂L/∂γ, one for each layer, to the gradient. */
        MASK_GRADIENT
    }

    /** A weight that is not a layer of a block. */
    public enum Part {
        /** Token embedding [vocabulary, hidden]. */
        EMBEDDING,
        /** Final norm [hidden]. */
        FINAL_NORM,
        /** Output head [vocabulary, hidden], unless tied. */
        HEAD
    }

    private static final int CHUNK = 256;
    private static final int COLUMNS = 32;
    private static final int MATRICES = 6;

    private final Dimensions dimensions;
    private final Compute compute;
    private final double normEpsilon;
    private final float[] frequencies;
    private final Program program;
    private final NDManager manager;
    private final List<NDArray> weights = new ArrayList<>();
    private final int first;
    private final List<NDArray> rope = new ArrayList<>();
    private int positions;

    /**
     * Makes a network of zeros, to be filled by {@link #put} and {@link #putLayer}.
     *
     * @param normEpsilon added to the mean square in RMSNorm
     * @param frequencies of the rotary embedding in radians per position, [headSize / 2]
     */
    public Network(
            Dimensions dimensions, double normEpsilon, float[] frequencies, Compute compute) {
        Torch.start(compute.threads());
        this.dimensions = dimensions;
        this.compute = compute;
        this.normEpsilon = normEpsilon;
        this.frequencies = frequencies.clone();
        this.program = new Program(compute);
        this.manager = program.manager();
        weights.add(zeros(dimensions.vocabulary(), dimensions.hidden()));
        weights.add(zeros(1, dimensions.hidden()));
        if (!dimensions.tiedHead()) {
            weights.add(zeros(dimensions.vocabulary(), dimensions.hidden()));
        }
        first = weights.size();
        for (int b = 0; b < dimensions.blocks(); b++) {
            weights.add(zeros(1, dimensions.hidden()));
            weights.add(zeros(1, dimensions.hidden()));
            for (int last : new int[] {2, 3, 5, 6}) {
                int rows = dimensions.firstRow(last) + dimensions.outputs(last);
                weights.add(zeros(rows, dimensions.inputs(last)));
            }
        }
    }

    /** Its sizes. */
    public Dimensions dimensions() {
        return dimensions;
    }

    /** Where and how it computes. */
    public Compute compute() {
        return compute;
    }

    /** A vector on this network's device, with a copy of the numbers. */
    public Vector vector(float[] values) {
        return new Vector(manager, values);
    }

    /** Number type of a stored weight. */
    public enum Stored {
        /** 32-bit float. */
        F32(6),
        /** IEEE half. */
        F16(5),
        /** bfloat16. */
        BF16(15);

        private final int code;

        Stored(int code) {
            this.code = code;
        }
    }

    /** Writes rows of a weight outside the blocks; {@code bytes} is direct, in the file's order. */
    public void put(Part part, int row, Stored type, ByteBuffer bytes) {
        Require.that(
                part != Part.HEAD || !dimensions.tiedHead(), part, "part", "no HEAD when it is tied");
        write(weights.get(part.ordinal()), row, type, dimensions.hidden(), bytes);
    }

    /** Writes a norm of a block: 0 before attention, 1 before the feed-forward layer. */
    public void putNorm(int block, int which, Stored type, ByteBuffer bytes) {
        write(weights.get(first + MATRICES * block + which), 0, type, dimensions.hidden(), bytes);
    }

    /** Writes rows of layer {@code l} (0 q … 6 down) of a block. */
    public void putLayer(int block, int l, int row, Stored type, ByteBuffer bytes) {
        NDArray fused = weights.get(first + MATRICES * block + 2 + dimensions.group(l));
        write(fused, dimensions.firstRow(l) + row, type, dimensions.inputs(l), bytes);
    }

    /** Rows {@code from} to {@code to} of layer {@code l} of a block, in f32, [to − from, inputs]. */
    public float[] layer(int block, int l, int from, int to) {
        NDArray fused = weights.get(first + MATRICES * block + 2 + dimensions.group(l));
        int row = dimensions.firstRow(l);
        try (NDManager step = manager.newSubManager()) {
            NDArray meta = longs(step, dimensions.inputs(l), row + from, row + to);
            return program.call(step, "weight_get", new Program.Arguments().add(fused).add(meta))
                    .toFloatArray();
        }
    }

    /**
     * Computes the loss and, if asked, adds a gradient to {@code gradient}.
     *
     * @param change Δθ
     * @param gamma γ, one for each layer
     * @param gradient as long as the change or as the mask; not read for {@link Want#LOSS}
     * @param weight of one token's loss in the gradient: 1 / supervised tokens of the effective batch
     * @return loss of each supervised token in nats, in the batch's order
     */
    public float[] step(
            Batch batch, Change change, float[] gamma, Want want, Vector gradient, double weight) {
        return step("step", batch, change, gamma, want, gradient, weight);
    }

    /** The same by PyTorch's autograd: the test of {@link #step}. */
    float[] referenceStep(
            Batch batch, Change change, float[] gamma, Want want, Vector gradient, double weight) {
        return step("reference_step", batch, change, gamma, want, gradient, weight);
    }

    private float[] step(
            String method,
            Batch batch,
            Change change,
            float[] gamma,
            Want want,
            Vector gradient,
            double weight) {
        try (NDManager step = manager.newSubManager()) {
            Program.Arguments a =
                    arguments(
                            step,
                            batch.ids(),
                            batch.rows(),
                            batch.positions(),
                            batch.labels(),
                            change,
                            gamma,
                            want,
                            weight);
            return program.call(step, method, a.add(gradient.array())).toFloatArray();
        }
    }

    /**
     * Logits after the tokens at some positions.
     *
     * @param ids token ids, [rows × length]
     * @param positions places in it
     * @return [positions × vocabulary]
     */
    public float[] logits(long[] ids, int rows, long[] positions, Change change, float[] gamma) {
        try (NDManager step = manager.newSubManager()) {
            Program.Arguments a =
                    arguments(step, ids, rows, positions, positions, change, gamma, Want.LOSS, 0);
            return program.call(step, "logits", a).toFloatArray();
        }
    }

    private Program.Arguments arguments(
            NDManager step,
            long[] ids,
            int rows,
            long[] keep,
            long[] labels,
            Change change,
            float[] gamma,
            Want want,
            double weight) {
        int length = ids.length / rows;
        boolean full = change instanceof Change.Difference;
        check(change, gamma);
        rope(length);
        Program.Arguments a = new Program.Arguments();
        a.add(step.create(ids, new Shape(rows, length)));
        a.add(step.create(keep)).add(step.create(labels));
        a.add(
                longs(
                        step,
                        dimensions.heads(),
                        dimensions.keyValueHeads(),
                        dimensions.headSize(),
                        dimensions.blocks(),
                        dimensions.tiedHead() ? 1 : 0,
                        want.ordinal(),
                        full ? 1 : 0,
                        compute.recompute() ? 1 : 0,
                        CHUNK));
        a.add(doubles(step, normEpsilon, weight));
        a.add(weights).add(rope).add(change.values().array());
        long[] ranks = new long[dimensions.layers()];
        double[] scales = new double[dimensions.layers()];
        if (change instanceof Change.Factors factors) {
            for (int i = 0; i < ranks.length; i++) {
                ranks[i] = factors.ranks().get(i);
                scales[i] = factors.scales().get(i);
            }
        }
        return a.add(longs(step, ranks)).add(doubles(step, scales)).add(step.create(gamma));
    }

    private void check(Change change, float[] gamma) {
        int layers = dimensions.layers();
        Require.that(gamma.length == layers, gamma.length, "length of gamma", "" + layers);
        if (change instanceof Change.Factors factors) {
            Require.that(
                    factors.ranks().size() == layers,
                    factors.ranks().size(),
                    "number of ranks",
                    "one for each of " + layers + " layers");
            reserve(factors.ranks());
        }
        long size = 0;
        for (int i = 0; i < layers; i++) {
            int l = i % Dimensions.LAYERS_PER_BLOCK;
            long in = dimensions.inputs(l);
            long out = dimensions.outputs(l);
            size += change instanceof Change.Factors f ? f.ranks().get(i) * (in + out) : in * out;
        }
        int has = change.values().size();
        Require.that(has == Math.max(1, size), has, "length of the change", "" + size);
    }

    /** Makes room for s·B beside the weights. */
    private void reserve(List<Integer> ranks) {
        for (int b = 0; b < dimensions.blocks(); b++) {
            int[] sum = new int[4];
            for (int l = 0; l < Dimensions.LAYERS_PER_BLOCK; l++) {
                sum[dimensions.group(l)] += ranks.get(Dimensions.LAYERS_PER_BLOCK * b + l);
            }
            for (int g = 0; g < 4; g++) {
                int at = first + MATRICES * b + 2 + g;
                int inputs = dimensions.inputs(g == 1 ? 3 : g == 3 ? 6 : 0);
                int width = inputs + (sum[g] + COLUMNS - 1) / COLUMNS * COLUMNS;
                if (weights.get(at).getShape().get(1) < width) {
                    weights.set(at, widen(weights.get(at), inputs, width));
                }
            }
        }
    }

    private NDArray widen(NDArray narrow, int inputs, int width) {
        try (NDManager step = manager.newSubManager()) {
            NDArray meta = longs(step, inputs, width);
            NDArray wide =
                    program.call(step, "weight_widen", new Program.Arguments().add(narrow).add(meta));
            wide.attach(manager);
            narrow.close();
            return wide;
        }
    }

    private void rope(int length) {
        if (length <= positions) {
            return;
        }
        positions = Math.max(length, 2 * positions);
        int half = frequencies.length;
        float[] cos = new float[positions * half];
        float[] sin = new float[positions * half];
        for (int t = 0; t < positions; t++) {
            for (int j = 0; j < half; j++) {
                float angle = t * frequencies[j];
                cos[t * half + j] = (float) Math.cos(angle);
                sin[t * half + j] = (float) Math.sin(angle);
            }
        }
        rope.forEach(NDArray::close);
        rope.clear();
        for (float[] table : List.of(cos, sin)) {
            try (NDManager step = manager.newSubManager()) {
                NDArray f32 = step.create(table, new Shape(positions, half));
                NDArray x =
                        program.call(step, "to_compute",
                                new Program.Arguments().add(f32).add(longs(step, code())));
                x.attach(manager);
                rope.add(x);
            }
        }
    }

    double adamw(Vector x, Vector gradient, Vector mean, Vector square, double[] real) {
        try (NDManager step = manager.newSubManager()) {
            Program.Arguments a = new Program.Arguments().add(x.array());
            a.add(gradient.array()).add(mean.array()).add(square.array());
            return program.call(step, "adamw", a.add(doubles(step, real))).toFloatArray()[0];
        }
    }

    private NDArray zeros(int rows, int columns) {
        try (NDManager step = manager.newSubManager()) {
            NDArray x =
                    program.call(step, "weight_make",
                            new Program.Arguments()
                                    .add(step.create(0f))
                                    .add(longs(step, code(), rows, columns)));
            x.attach(manager);
            return x;
        }
    }

    private void write(NDArray to, int row, Stored type, int columns, ByteBuffer bytes) {
        try (NDManager step = manager.newSubManager()) {
            ByteBuffer slice = bytes.slice();
            NDArray src = step.create(slice, new Shape(slice.remaining()), DataType.UINT8);
            program.call(step, "weight_put",
                    new Program.Arguments()
                            .add(src)
                            .add(to)
                            .add(longs(step, type.code, row, columns)));
            Reference.reachabilityFence(slice);
        }
    }

    private int code() {
        return compute.precision() == Precision.BF16 ? Stored.BF16.code : Stored.F32.code;
    }

    private static NDArray longs(NDManager step, long... x) {
        return onCpu(step).create(x);
    }

    private static NDArray doubles(NDManager step, double... x) {
        return onCpu(step).create(x);
    }

    private static NDManager onCpu(NDManager step) {
        return step.getDevice().isGpu() ? step.newSubManager(Device.cpu()) : step;
    }

    /** Tensors that are alive, of all kinds. */
    int liveArrays() {
        NDManager root = manager;
        while (root.getParentManager() != null && root.getParentManager() != root) {
            root = root.getParentManager();
        }
        return root.getManagedArrays().size();
    }

    @Override
    public void close() {
        program.close();
    }
}
