package dev.ila.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * A flat f32 array on the device: what training owns (the numbers of Δθ, the mask's logits) and
 * their gradients. Made by {@link Network#vector}; lives until it is closed or the network is.
 */
public final class DeviceVector implements AutoCloseable {
    private final NDArray array;

    DeviceVector(NDManager manager, float[] values) {
        this.array = manager.create(values);
    }

    /** Number of entries. */
    public int size() {
        return (int) array.size();
    }

    /** A copy of the numbers. */
    public float[] values() {
        return array.toFloatArray();
    }

    /** Writes other numbers, as many as there are. */
    public void set(float[] values) {
        array.set(values);
    }

    /** Writes zeros. */
    public void zero() {
        array.muli(0f);
    }

    NDArray array() {
        return array;
    }

    @Override
    public void close() {
        array.close();
    }
}
