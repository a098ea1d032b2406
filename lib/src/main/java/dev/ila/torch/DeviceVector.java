package dev.ila.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.ila.run.Require;

/**
 * A flat f32 array on the device: what training owns (the numbers of Δθ, the mask's logits) and
 * their gradients. Made by {@link Network#vector}; lives until it is closed or the network is.
 */
public final class DeviceVector implements AutoCloseable {
    private final Program program;
    private final NDArray array;

    /** Of zeros, without an array of Java's. */
    DeviceVector(Program program, int size) {
        this.program = program;
        this.array = program.zeros(size);
    }

    DeviceVector(Program program, float[] values) {
        this.program = program;
        this.array = program.manager().create(values);
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
        Require.that(values.length == size(), values.length, "number of values", "" + size());
        try (NDManager step = program.manager().newSubManager()) {
            program.call(
                    step, "assign", new Program.Arguments().add(array).add(step.create(values)));
        }
    }

    /** Multiplies each number by that of another vector, in place. */
    public void multiply(DeviceVector by) {
        try (NDManager step = program.manager().newSubManager()) {
            program.call(step, "multiply", new Program.Arguments().add(array).add(by.array));
        }
    }

    /**
     * Writes a piece of another vector.
     *
     * @param at first place here
     * @param from first place there
     * @param count how many
     */
    public void copy(long at, DeviceVector of, long from, long count) {
        Require.that(
                at >= 0 && from >= 0 && at + count <= size() && from + count <= of.size(),
                at + " and " + from + " for " + count,
                "places",
                "within " + size() + " and " + of.size() + " numbers");
        try (NDManager step = program.manager().newSubManager()) {
            NDArray meta = Program.longs(step, at, from, count);
            Program.Arguments a = new Program.Arguments().add(array).add(of.array).add(meta);
            program.call(step, "copy_part", a);
        }
    }

    /** Writes zeros. */
    public void zero() {
        try (NDManager step = program.manager().newSubManager()) {
            program.call(step, "zero", new Program.Arguments().add(array));
        }
    }

    NDArray array() {
        return array;
    }

    @Override
    public void close() {
        array.close();
    }
}
