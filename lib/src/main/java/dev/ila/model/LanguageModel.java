package dev.ila.model;

import dev.ila.torch.Compute;
import dev.ila.torch.Dimensions;
import dev.ila.torch.Network;
import dev.ila.torch.Stored;
import dev.ila.torch.Weights;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A checkpoint's weights on a device, ready to compute: at most one copy of them in compute
 * precision, filled slice by slice from the files.
 */
public final class LanguageModel implements AutoCloseable {
    /** Bytes of a file that are held at once, beside the weights. */
    private static final int SLICE = 8 << 20;

    private final Checkpoint checkpoint;
    private final Network network;

    private LanguageModel(Checkpoint checkpoint, Network network) {
        this.checkpoint = checkpoint;
        this.network = network;
    }

    /** Loads the weights; the files are not needed any more after it. */
    public static LanguageModel load(Checkpoint checkpoint, Compute compute) {
        return load(checkpoint, checkpoint, compute);
    }

    /**
     * Loads the linear layers of one checkpoint and everything else (embedding, norms, head) of
     * another of the same architecture: what a change of the linear layers alone is added to.
     */
    public static LanguageModel load(Checkpoint layers, Checkpoint others, Compute compute) {
        Architecture a = layers.architecture();
        Dimensions d = dimensions(a);
        List<float[]> frequencies = new ArrayList<>();
        frequencies.add(a.attention().rope().frequencies(d.headSize()));
        a.attention()
                .variant()
                .gemma()
                .localTheta()
                .ifPresent(
                        theta ->
                                frequencies.add(
                                        new Rope(theta, Optional.empty())
                                                .frequencies(d.headSize())));
        Network network = new Network(d, a.normEpsilon(), frequencies, compute);
        try {
            fill(network.weights(), layers, others);
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
        return new LanguageModel(layers, network);
    }

    /** An architecture's sizes as the compute core wants them. */
    public static Dimensions dimensions(Architecture a) {
        return new Dimensions(
                a.blocks(),
                a.hidden(),
                a.intermediate(),
                a.vocabulary(),
                a.attention().heads(),
                a.attention().keyValueHeads(),
                a.attention().headSize(),
                a.tiedHead(),
                a.attention().variant());
    }

    private static void fill(Weights to, Checkpoint layers, Checkpoint others) {
        Slices from = new Slices();
        from.each(others.embedding(), (r, t, b) -> to.put(Weights.Part.EMBEDDING, r, t, b));
        from.each(others.finalNorm(), (r, t, b) -> to.put(Weights.Part.FINAL_NORM, 0, t, b));
        others.head().ifPresent(h -> from.each(h, (r, t, b) -> to.put(Weights.Part.HEAD, r, t, b)));
        for (int block = 0; block < others.architecture().blocks(); block++) {
            int at = block;
            List<StoredTensor> norms = others.norms(block);
            from.each(norms.get(0), (r, t, b) -> to.putNorm(at, 0, t, b));
            from.each(norms.get(1), (r, t, b) -> to.putNorm(at, 1, t, b));
            List<StoredTensor> heads = others.headNorms(block);
            for (int which = 0; which < heads.size(); which++) {
                int head = which;
                from.each(heads.get(which), (r, t, b) -> to.putHeadNorm(at, head, t, b));
            }
            for (int which = 2; which < norms.size(); which++) {
                int post = which - 2;
                from.each(norms.get(which), (r, t, b) -> to.putPostNorm(at, post, t, b));
            }
            List<StoredTensor> biases = others.biases(block);
            for (int l = 0; l < biases.size(); l++) {
                int layer = l;
                from.each(biases.get(l), (r, t, b) -> to.putBias(at, layer, t, b));
            }
        }
        for (LinearLayer layer : layers.layers()) {
            int l = layer.index() % Dimensions.LAYERS_PER_BLOCK;
            from.each(layers.weight(layer), (r, t, b) -> to.putLayer(layer.block(), l, r, t, b));
        }
        to.finish();
    }

    private interface Put {
        void rows(int first, Stored type, ByteBuffer bytes);
    }

    /**
     * Reads into one buffer, again and again. Maps would do without, but Java cannot give one back:
     * every page read through them stays resident until garbage is collected, the whole file.
     */
    private static final class Slices {
        private ByteBuffer buffer = ByteBuffer.allocateDirect(SLICE);

        void each(StoredTensor tensor, Put put) {
            Stored type =
                    switch (tensor.info().type()) {
                        case F32 -> Stored.F32;
                        case F16 -> Stored.F16;
                        case BF16 -> Stored.BF16;
                        default ->
                                throw new IllegalArgumentException(
                                        tensor.info().name()
                                                + " must be F32, F16 or BF16, but is: "
                                                + tensor.info().type());
                    };
            boolean vector = tensor.info().shape().size() == 1;
            long rowBytes = vector ? tensor.info().length() : tensor.rowBytes();
            long rows = vector ? 1 : tensor.rows();
            long step = Math.max(1, SLICE / rowBytes);
            for (long r = 0; r < rows; r += step) {
                int bytes = Math.toIntExact(Math.min(rows - r, step) * rowBytes);
                if (bytes > buffer.capacity()) {
                    buffer = ByteBuffer.allocateDirect(bytes);
                }
                tensor.file().read(tensor.info(), r * rowBytes, buffer.clear().limit(bytes));
                put.rows((int) r, type, buffer.flip());
            }
        }
    }

    /** Where the weights came from. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** The linear layers, in order; γ and ranks have one entry for each. */
    public List<LinearLayer> layers() {
        return checkpoint.layers();
    }

    /** The compute core that holds the weights. */
    public Network network() {
        return network;
    }

    @Override
    public void close() {
        network.close();
    }
}
