package dev.ila.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * The losses of a step that a device may still be computing: only {@link #read} waits for it, so
 * that more work can be queued before.
 */
public final class TokenLosses implements AutoCloseable {
    private final NDManager step;
    private final NDArray values;

    TokenLosses(NDManager step, NDArray values) {
        this.step = step;
        this.values = values;
    }

    /** Loss of each supervised token in nats, in the batch's order. */
    public float[] read() {
        return values.toFloatArray();
    }

    /** Lets the step's arrays go, read or not. */
    @Override
    public void close() {
        step.close();
    }
}
