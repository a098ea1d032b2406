package dev.ila.model;

import dev.ila.torch.Compute;
import dev.ila.torch.Dimensions;
import dev.ila.torch.Network;
import dev.ila.torch.Stored;
import dev.ila.torch.Weights;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A checkpoint's weights on a device, ready to compute: at most one copy of them in compute
 * precision, filled slice by slice from the mapped files.
 */
public final class LanguageModel implements AutoCloseable {
    /** Bytes of a file that are mapped at once. */
    private static final long SLICE = 64L << 20;

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
        float[] frequencies = a.attention().rope().frequencies(d.headSize());
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
                a.tiedHead());
    }

    private static void fill(Weights to, Checkpoint layers, Checkpoint others) {
        slices(others.embedding(), (r, t, b) -> to.put(Weights.Part.EMBEDDING, r, t, b));
        slices(others.finalNorm(), (r, t, b) -> to.put(Weights.Part.FINAL_NORM, 0, t, b));
        others.head().ifPresent(h -> slices(h, (r, t, b) -> to.put(Weights.Part.HEAD, r, t, b)));
        for (int block = 0; block < others.architecture().blocks(); block++) {
            int at = block;
            List<StoredTensor> norms = others.norms(block);
            slices(norms.get(0), (r, t, b) -> to.putNorm(at, 0, t, b));
            slices(norms.get(1), (r, t, b) -> to.putNorm(at, 1, t, b));
        }
        for (LinearLayer layer : layers.layers()) {
            int l = layer.index() % Dimensions.LAYERS_PER_BLOCK;
            slices(layers.weight(layer), (r, t, b) -> to.putLayer(layer.block(), l, r, t, b));
        }
    }

    private interface Put {
        void rows(int first, Stored type, ByteBuffer bytes);
    }

    private static void slices(StoredTensor tensor, Put put) {
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
        if (tensor.info().shape().size() == 1) {
            put.rows(0, type, tensor.file().map(tensor.info(), 0, (int) tensor.info().length()));
            return;
        }
        long step = Math.max(1, SLICE / tensor.rowBytes());
        for (long r = 0; r < tensor.rows(); r += step) {
            put.rows((int) r, type, tensor.rows(r, Math.min(tensor.rows(), r + step)));
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
