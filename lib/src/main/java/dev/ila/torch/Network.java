package dev.ila.torch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import dev.ila.data.Batch;
import java.util.Arrays;
import java.util.List;

/**
 * A Llama-shaped network with frozen weights θ₀ and, per call, a change γ ⊙ Δθ of them (paper §3).
 *
 * <p>Nothing in it changes over its life but scratch: columns beside the weights, and the room in
 * which a step keeps what its way back needs, which grows to that of the largest step. A step waits
 * for that of another thread, as of a notebook's cell that was stopped.
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

    /** Logits that are there at once, 120 MB. */
    private static final int LOGITS = 30_000_000;

    /** Tokens of a row that ask at once in attention on a CPU. */
    public static final int QUERIES = 128;

    /** Numbers of the head that are converted at once where a block's type is not the weights'. */
    public static final int HEAD_SLICE = 7_500_000;

    /** Instead of such a number: attention by PyTorch's own kernel, as on a GPU. */
    static final int FUSED = 0;

    private static final int LEAST_CHUNK = 16;

    private final Dimensions dimensions;
    private final Compute compute;
    private final Program program;
    private final NDManager manager;
    private final Weights weights;
    private final Shared shared;

    /**
     * Makes a network of zeros, whose {@link #weights} are to be filled.
     *
     * @param normEpsilon added to the mean square in RMSNorm
     * @param frequencies of the rotary embedding in radians per position, [headSize / 2]; a second
     *     one, if there is one, is of the blocks with a window
     */
    public Network(
            Dimensions dimensions, double normEpsilon, List<float[]> frequencies, Compute compute) {
        this(dimensions, normEpsilon, frequencies, compute, queries(compute));
    }

    private static int queries(Compute compute) {
        // FlashAttention takes bf16 alone; what else PyTorch has would hold all probabilities.
        boolean flash = compute.gpu().isPresent() && compute.products() == Precision.BF16;
        return flash ? FUSED : QUERIES;
    }

    Network(
            Dimensions dimensions,
            double normEpsilon,
            List<float[]> f,
            Compute compute,
            int queries) {
        Torch.start(compute.threads());
        this.dimensions = dimensions;
        this.compute = compute;
        this.program = new Program(compute);
        this.manager = program.manager();
        this.weights = new Weights(dimensions, program, compute);
        this.shared =
                new Shared(
                        dimensions,
                        compute,
                        normEpsilon,
                        queries,
                        weights,
                        new RotaryTables(f, program, compute),
                        program.space(compute));
    }

    /** Its sizes. */
    public Dimensions dimensions() {
        return dimensions;
    }

    /** θ₀. */
    public Weights weights() {
        return weights;
    }

    /** Where and how it computes. */
    public Compute compute() {
        return compute;
    }

    /** A vector on this network's device, with a copy of the numbers. */
    public DeviceVector vector(float[] values) {
        return new DeviceVector(program, values);
    }

    /** A vector of zeros on this network's device. */
    public DeviceVector zeros(int size) {
        return new DeviceVector(program, size);
    }

    /**
     * Computes the loss and, if asked, adds a gradient to {@code gradient}.
     *
     * @param change Δθ
     * @param gamma γ, one for each layer
     * @param gradient as long as the change or as the mask; not read for {@link Want#LOSS}
     * @param weight of one token's loss in the gradient: 1 / supervised tokens of the effective
     *     batch
     * @return loss of each supervised token in nats, in the batch's order
     */
    public float[] step(
            Batch batch,
            Change change,
            float[] gamma,
            Want want,
            DeviceVector gradient,
            double weight) {
        try (TokenLosses losses = queue(batch, change, gamma, want, gradient, weight)) {
            return losses.read();
        }
    }

    /**
     * The same without waiting for the device: what is queued next, as an update by the gradient,
     * comes after it. On the CPU it is computed when this returns.
     */
    public TokenLosses queue(
            Batch batch,
            Change change,
            float[] gamma,
            Want want,
            DeviceVector gradient,
            double weight) {
        return queue("step", batch, change, gamma, want, gradient, weight);
    }

    /** The same by PyTorch's autograd: the test of {@link #step}. */
    float[] referenceStep(
            Batch batch,
            Change change,
            float[] gamma,
            Want want,
            DeviceVector gradient,
            double weight) {
        try (TokenLosses losses =
                queue("reference_step", batch, change, gamma, want, gradient, weight)) {
            return losses.read();
        }
    }

    private synchronized TokenLosses queue(
            String method,
            Batch batch,
            Change change,
            float[] gamma,
            Want want,
            DeviceVector gradient,
            double weight) {
        NDManager step = manager.newSubManager();
        try {
            Program.Arguments a =
                    shared.of(
                            step,
                            batch,
                            batch.positions(),
                            batch.labels(),
                            change,
                            gamma,
                            want,
                            weight);
            return new TokenLosses(step, program.call(step, method, a.add(gradient.array())));
        } catch (EngineException e) {
            step.close();
            throw compute.told(e, batch.rows(), batch.length());
        } catch (RuntimeException | Error e) {
            step.close();
            throw e;
        }
    }

    /**
     * Logits after the tokens at some positions.
     *
     * @param ids token ids, [rows × length]
     * @param positions places in it
     * @return [positions × vocabulary]
     */
    public synchronized float[] logits(
            long[] ids, int rows, long[] positions, Change change, float[] gamma) {
        try (NDManager step = manager.newSubManager()) {
            Program.Arguments a =
                    shared.of(
                            step,
                            ids,
                            rows,
                            ids.length / rows,
                            positions,
                            positions,
                            change,
                            gamma,
                            Want.LOSS,
                            0);
            return program.call(step, "logits", a).toFloatArray();
        } catch (EngineException e) {
            throw compute.told(e, rows, ids.length / rows);
        }
    }

    /**
     * How far each block turns what goes through it: 1 − the cosine of its input and its output,
     * summed over all real tokens.
     *
     * @param change Δθ, with γ = 1
     * @return one for each block
     */
    public synchronized float[] turned(Batch batch, Change change) {
        float[] gamma = new float[dimensions.layers()];
        Arrays.fill(gamma, 1);
        long[] real = batch.realPositions();
        try (NDManager step = manager.newSubManager()) {
            Program.Arguments a = shared.of(step, batch, real, real, change, gamma, Want.LOSS, 0);
            return program.call(step, "turned", a).toFloatArray();
        } catch (EngineException e) {
            throw compute.told(e, batch.rows(), batch.length());
        }
    }

    /**
     * Empty texts, to be read with a whole change, γ = 1.
     *
     * @param change Δθ; not closed with the texts
     * @param rows number of texts
     * @param capacity tokens for which each has room
     */
    public Texts texts(Change change, int rows, int capacity) {
        return Texts.empty(this, program, shared, change, rows, capacity);
    }

    /** A change of which several masks are asked; it is not closed with what is given. */
    public Masked masked(Change change) {
        return new Masked(this, program, shared, change);
    }

    /**
     * AdaLoRA's factors on this network's device.
     *
     * @param ranks one for each layer; 0: no change there
     * @param scales of the layers
     * @param values as {@link SvdFactors#values}
     */
    public SvdFactors svdFactors(List<Integer> ranks, List<Double> scales, float[] values) {
        return new SvdFactors(this, program, ranks, scales, values);
    }

    /** Supervised tokens whose logits are there at once. */
    public static int chunk(int vocabulary) {
        return Math.max(LEAST_CHUNK, LOGITS / vocabulary);
    }

    double adamw(
            DeviceVector x,
            DeviceVector gradient,
            DeviceVector mean,
            DeviceVector square,
            double[] real) {
        try (NDManager step = manager.newSubManager()) {
            Program.Arguments a = new Program.Arguments().add(x.array());
            a.add(gradient.array()).add(mean.array()).add(square.array());
            return program.call(step, "adamw", a.add(Program.doubles(step, real)))
                    .toFloatArray()[0];
        }
    }

    /** Tensors that are alive, of all kinds. */
    int liveArrays() {
        return program.liveArrays();
    }

    @Override
    public synchronized void close() {
        program.close();
    }
}
