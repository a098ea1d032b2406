package dev.ila.model;

import dev.ila.run.Require;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** A tensor about to be written; it reads the array that it was made of, without a copy. */
public final class TensorData {
    private static final int CHUNK = 1 << 16;

    /** Copies numbers from an index on into a buffer that takes {@code count} of them. */
    private interface Source {
        void copy(int from, int count, ByteBuffer to);
    }

    private final StoredType type;
    private final List<Long> shape;
    private final long count;
    private final Source source;

    private TensorData(StoredType type, int length, int offset, Source source, long[] shape) {
        this.type = type;
        this.shape = Arrays.stream(shape).boxed().toList();
        this.count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        Require.that(
                count <= length - offset,
                this.shape,
                "shape",
                "of " + (length - offset) + " numbers at most");
        this.source = source;
    }

    /** An F32 tensor of all of {@code values}, row by row. */
    public static TensorData of(float[] values, long... shape) {
        return slice(values, 0, shape);
    }

    /** An F32 tensor of as many of {@code values} as the shape takes, from an index on. */
    public static TensorData slice(float[] values, int offset, long... shape) {
        return new TensorData(
                StoredType.F32,
                values.length,
                offset,
                (from, n, to) -> to.asFloatBuffer().put(values, offset + from, n),
                shape);
    }

    /** An I64 tensor. */
    public static TensorData of(long[] values, long... shape) {
        return new TensorData(
                StoredType.I64,
                values.length,
                0,
                (from, n, to) -> to.asLongBuffer().put(values, from, n),
                shape);
    }

    StoredType type() {
        return type;
    }

    List<Long> shape() {
        return shape;
    }

    long bytes() {
        return count * type.bits() / 8;
    }

    void writeTo(OutputStream out) throws IOException {
        int size = type.bits() / 8;
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK * size).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < count; from += CHUNK) {
            int n = (int) Math.min(CHUNK, count - from);
            buffer.clear().limit(n * size);
            source.copy(from, n, buffer);
            out.write(buffer.array(), 0, n * size);
        }
    }
}
