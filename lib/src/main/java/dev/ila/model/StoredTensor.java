package dev.ila.model;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * One tensor of a checkpoint and the file that holds it.
 *
 * @param file where it is
 * @param info its type, shape and place
 */
public record StoredTensor(Safetensors file, TensorInfo info) {
    private static final int SLICE = 1 << 24;

    /** Its first size; 1 for a single number. */
    public long rows() {
        return info.shape().isEmpty() ? 1 : info.shape().get(0);
    }

    /** Bytes of one row. */
    public long rowBytes() {
        return rows() == 0 ? 0 : info.length() / rows();
    }

    /**
     * Maps rows as {@link Safetensors#map} does.
     *
     * @param from first row
     * @param to after the last row; no more than 2³¹ − 1 bytes of rows
     */
    public ByteBuffer rows(long from, long to) {
        Objects.checkFromToIndex(from, to, rows());
        return file.map(info, from * rowBytes(), Math.toIntExact((to - from) * rowBytes()));
    }

    /** Reads all of it, row by row; F32, F16 or BF16 of fewer than 2³¹ numbers. */
    public float[] floats() {
        float[] out = new float[Math.toIntExact(info.count())];
        read(0, out.length, out, 0);
        return out;
    }

    /**
     * Reads some of its numbers, of F32, F16 or BF16.
     *
     * @param from first number, counted row by row
     * @param count how many
     * @param to where they go
     * @param at first index there
     */
    public void read(long from, int count, float[] to, int at) {
        file.requireType(info, info.type().isWeight(), "F32, F16 or BF16");
        int size = info.type().bits() / 8;
        for (int done = 0; done < count; done += SLICE) {
            int n = Math.min(SLICE, count - done);
            info.type().read(file.map(info, (from + done) * size, n * size), to, at + done, n);
        }
    }
}
