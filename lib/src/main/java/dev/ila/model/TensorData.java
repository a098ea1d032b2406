package dev.ila.model;

import dev.ila.run.Require;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

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

    /** A tensor's bytes as they are. */
    public static TensorData copy(StoredTensor tensor) {
        int size = tensor.info().type().bits() / 8;
        return lazy(
                tensor,
                (from, n, to) -> tensor.file().read(tensor.info(), (long) from * size, to.slice()));
    }

    /**
     * A tensor and something added to it in f32, in the type of the tensor.
     *
     * @param more of as many numbers, row by row; asked for when they are written
     */
    public static TensorData sum(StoredTensor tensor, Supplier<float[]> more) {
        return lazy(
                tensor,
                new Source() {
                    private float[] added = {};

                    @Override
                    public void copy(int from, int count, ByteBuffer to) {
                        if (from == 0) {
                            added = more.get();
                        }
                        float[] sum = new float[count];
                        tensor.read(from, count, sum, 0);
                        for (int i = 0; i < count; i++) {
                            sum[i] += added[from + i];
                        }
                        tensor.info().type().write(sum, count, to);
                        added = from + count == tensor.info().count() ? new float[0] : added;
                    }
                });
    }

    private static TensorData lazy(StoredTensor tensor, Source source) {
        return new TensorData(
                tensor.info().type(),
                Math.toIntExact(tensor.info().count()),
                0,
                source,
                tensor.info().shape().stream().mapToLong(Long::longValue).toArray());
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
