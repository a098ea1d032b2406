package dev.ila.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.ila.run.Require;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * θ₀ on the device, in one copy: embedding, norms, and the linear layers of each block in four
 * fused matrices (q|k|v, o, gate|up, down) with room for LoRA's s·B to their right, or in NF4,
 * where a block gets that room when it is unpacked.
 */
public final class Weights {
    /** A weight that is not a layer of a block. */
    public enum Part {
        /** Token embedding [vocabulary, hidden]. */
        EMBEDDING,
        /** Final norm [hidden]. */
        FINAL_NORM,
        /** Output head [vocabulary, hidden], unless tied. */
        HEAD
    }

    /** Weights side by side that share a scale in NF4. */
    private static final int NF4_BLOCK = 64;

    /** Bytes of a weight in NF4: half a byte, and its part of a scale in f32. */
    private static final int NF4_WEIGHTS = 16;

    private static final int NF4_BYTES = 9;

    /** Scales that share one of their own in double quantization. */
    private static final int DOUBLE_BLOCK = 256;

    private static final int UINT8 = 0;
    private static final int F32 = 6;

    /** Arrays of a block. */
    static final int ARRAYS = 9;

    private static final int[] LAST_OF_GROUP = {2, 3, 5, 6};

    private final Dimensions dimensions;
    private final Program program;
    private final boolean packed;
    private final boolean doubled;
    private final int code;
    private final int columns;
    private final List<NDArray> arrays = new ArrayList<>();
    private final int first;
    private final int[] beside;
    private List<Integer> reserved = List.of();

    Weights(Dimensions dimensions, Program program, Compute compute) {
        this.dimensions = dimensions;
        this.program = program;
        this.packed = compute.precision().packed();
        this.doubled = compute.precision() == Precision.NF4_DOUBLE;
        this.code = compute.precision().code();
        this.columns = columns(compute);
        this.beside = new int[LAST_OF_GROUP.length * dimensions.blocks()];
        // 1 + a weight of few bits has more of them.
        int norm = dimensions.variant().gemma().like() ? F32 : code;
        zeros(code, dimensions.vocabulary(), dimensions.hidden());
        zeros(norm, 1, dimensions.hidden());
        if (!dimensions.tiedHead()) {
            zeros(code, dimensions.vocabulary(), dimensions.hidden());
        }
        first = arrays.size();
        for (int b = 0; b < dimensions.blocks(); b++) {
            zeros(norm, 1, dimensions.hidden());
            zeros(norm, 1, dimensions.hidden());
            for (int last : LAST_OF_GROUP) {
                int rows = dimensions.firstRow(last) + dimensions.outputs(last);
                int inputs = dimensions.inputs(last);
                if (packed) {
                    zeros(UINT8, rows, Math.toIntExact(nf4Bytes(inputs)));
                } else {
                    zeros(code, rows, inputs);
                }
            }
            Variant variant = dimensions.variant();
            zeros(code, variant.bias() ? dimensions.firstRow(2) + dimensions.outputs(2) : 0, 1);
            zeros(norm, variant.headNorms() ? 2 : 0, dimensions.headSize());
            zeros(norm, variant.gemma().postNorms() ? 2 : 0, dimensions.hidden());
        }
    }

    /**
     * Bytes of a row of a matrix in NF4.
     *
     * @throws IllegalArgumentException if it cannot be cut into blocks of 64
     */
    public static long nf4Bytes(int inputs) {
        Require.that(
                inputs % NF4_BLOCK == 0,
                inputs,
                "inputs of each linear layer",
                "a multiple of " + NF4_BLOCK + " for precision nf4");
        return (long) inputs / NF4_WEIGHTS * NF4_BYTES;
    }

    /** About the bytes of a matrix in NF4, the scales of scales of a layer as those of a matrix. */
    public static long nf4Bytes(long rows, int inputs, Precision precision) {
        long bytes = rows * nf4Bytes(inputs);
        long scales = rows * inputs / NF4_BLOCK;
        return precision == Precision.NF4
                ? bytes
                : bytes - Float.BYTES * scales + scales + Float.BYTES * (scales / DOUBLE_BLOCK + 4);
    }

    /**
     * All weights are there: with double quantization those of the linear layers are packed once
     * more. None can be written after it.
     */
    public void finish() {
        for (int at = first; doubled && at < arrays.size(); at++) {
            int group = (at - first) % ARRAYS - 2;
            boolean matrix = group >= 0 && group < LAST_OF_GROUP.length;
            if (!matrix || arrays.get(at).getShape().dimension() == 1) {
                continue;
            }
            try (NDManager step = program.manager().newSubManager()) {
                NDArray meta = Program.longs(step, layersOf(group, new long[] {inputs(group)}));
                Program.Arguments a = new Program.Arguments().add(arrays.get(at)).add(meta);
                NDArray flat = program.call(step, "weight_compress", a);
                flat.attach(program.manager());
                arrays.get(at).close();
                arrays.set(at, flat);
            }
        }
    }

    private int inputs(int group) {
        return dimensions.inputs(LAST_OF_GROUP[group]);
    }

    /** Some numbers, and the rows of each layer in a fused matrix. */
    private long[] layersOf(int group, long... before) {
        int from = group == 0 ? 0 : LAST_OF_GROUP[group - 1] + 1;
        LongStream rows =
                IntStream.rangeClosed(from, LAST_OF_GROUP[group]).mapToLong(dimensions::outputs);
        return LongStream.concat(Arrays.stream(before), rows).toArray();
    }

    /** Columns beside a matrix come in this number, by which fast products of bf16 go. */
    public static int columns(Compute compute) {
        return compute.products() == Precision.BF16 ? 32 : 8;
    }

    /** As the program wants them. */
    List<NDArray> arrays() {
        return arrays;
    }

    /**
     * Writes rows of a weight outside the blocks.
     *
     * @param row the first one
     * @param bytes direct, little-endian, whole rows
     */
    public void put(Part part, int row, Stored type, ByteBuffer bytes) {
        boolean there = part != Part.HEAD || !dimensions.tiedHead();
        Require.that(there, part, "part", "other than HEAD, which is the embedding");
        if (part == Part.FINAL_NORM) {
            writeNorm(arrays.get(part.ordinal()), row, type, dimensions.hidden(), bytes);
        } else {
            write(arrays.get(part.ordinal()), row, type, dimensions.hidden(), bytes);
        }
    }

    /** Writes a norm of a block: 0 before attention, 1 before the feed-forward layer. */
    public void putNorm(int block, int which, Stored type, ByteBuffer bytes) {
        NDArray to = arrays.get(first + ARRAYS * block + which);
        writeNorm(to, 0, type, dimensions.hidden(), bytes);
    }

    /** Writes the bias of layer {@code l} (0 q, 1 k, 2 v) of a block. */
    public void putBias(int block, int l, Stored type, ByteBuffer bytes) {
        Require.that(dimensions.variant().bias(), l, "layer with a bias", "none");
        NDArray to = arrays.get(first + ARRAYS * block + 6);
        write(to, dimensions.firstRow(l), type, 1, bytes);
    }

    /** Writes the norm of a block's heads: 0 of q, 1 of k. */
    public void putHeadNorm(int block, int which, Stored type, ByteBuffer bytes) {
        Require.that(dimensions.variant().headNorms(), which, "norm of heads", "none");
        NDArray to = arrays.get(first + ARRAYS * block + 7);
        writeNorm(to, which, type, dimensions.headSize(), bytes);
    }

    /** Writes a norm of a block: 0 after attention, 1 after the feed-forward layer. */
    public void putPostNorm(int block, int which, Stored type, ByteBuffer bytes) {
        Require.that(dimensions.variant().gemma().postNorms(), which, "norm after a layer", "none");
        NDArray to = arrays.get(first + ARRAYS * block + 8);
        writeNorm(to, which, type, dimensions.hidden(), bytes);
    }

    /** As a family's norms are: of Gemma's 1 is added to the weight, in f32. */
    private void writeNorm(NDArray to, int row, Stored type, int columns, ByteBuffer bytes) {
        boolean more = dimensions.variant().gemma().like();
        write(more ? "weight_put_more" : "weight_put", to, row, type, columns, bytes);
    }

    /** Writes rows of layer {@code l} (0 q … 6 down) of a block. */
    public void putLayer(int block, int l, int row, Stored type, ByteBuffer bytes) {
        int at = dimensions.firstRow(l) + row;
        String method = packed ? "weight_pack" : "weight_put";
        write(method, fused(block, l), at, type, dimensions.inputs(l), bytes);
    }

    /** Rows {@code from} to {@code to} of layer {@code l} of a block, f32, [to − from, inputs]. */
    public float[] layer(int block, int l, int from, int to) {
        int row = dimensions.firstRow(l);
        try (NDManager step = program.manager().newSubManager()) {
            long[] rows = {dimensions.inputs(l), row + from, row + to};
            NDArray meta = Program.longs(step, layersOf(dimensions.group(l), rows));
            Program.Arguments a = new Program.Arguments().add(fused(block, l)).add(meta);
            return program.call(step, "weight_get", a).toFloatArray();
        }
    }

    /**
     * Makes room for s·B of these ranks. Other ranks than before put a layer's columns elsewhere,
     * so that none of the old ones may stay.
     */
    void reserve(List<Integer> ranks) {
        if (ranks.equals(reserved)) {
            return;
        }
        reserved = List.of(); // until all of it is there
        for (int b = 0; b < dimensions.blocks(); b++) {
            int[] sum = new int[LAST_OF_GROUP.length];
            for (int l = 0; l < Dimensions.LAYERS_PER_BLOCK; l++) {
                sum[dimensions.group(l)] += ranks.get(Dimensions.LAYERS_PER_BLOCK * b + l);
            }
            for (int g = 0; g < sum.length; g++) {
                int at = first + ARRAYS * b + 2 + g;
                int inputs = dimensions.inputs(LAST_OF_GROUP[g]);
                int wanted = (sum[g] + columns - 1) / columns * columns;
                int has = beside[LAST_OF_GROUP.length * b + g];
                if (has + wanted > 0 && !packed) {
                    arrays.set(at, widen(arrays.get(at), inputs, inputs + wanted));
                }
                beside[LAST_OF_GROUP.length * b + g] = wanted;
            }
        }
        reserved = List.copyOf(ranks);
    }

    /** Columns beside each matrix, block by block. */
    IntStream beside() {
        return Arrays.stream(beside);
    }

    private NDArray fused(int block, int l) {
        return arrays.get(first + ARRAYS * block + 2 + dimensions.group(l));
    }

    private NDArray widen(NDArray narrow, int inputs, int width) {
        try (NDManager step = program.manager().newSubManager()) {
            NDArray meta = Program.longs(step, inputs, width);
            Program.Arguments a = new Program.Arguments().add(narrow).add(meta);
            NDArray wide = program.call(step, "weight_widen", a);
            wide.attach(program.manager());
            narrow.close();
            return wide;
        }
    }

    private void zeros(int type, int rows, int columns) {
        arrays.add(program.zeros(type, rows, columns));
    }

    private void write(NDArray to, int row, Stored type, int columns, ByteBuffer bytes) {
        write("weight_put", to, row, type, columns, bytes);
    }

    private void write(
            String method, NDArray to, int row, Stored type, int columns, ByteBuffer bytes) {
        try (NDManager step = program.manager().newSubManager()) {
            // Without a copy: the buffer must outlive the call, and DJL ignores its position.
            ByteBuffer slice = bytes.slice();
            NDArray source = step.create(slice, new Shape(slice.remaining()), DataType.UINT8);
            NDArray meta = Program.longs(step, type.code(), row, columns);
            program.call(step, method, new Program.Arguments().add(source).add(to).add(meta));
            Reference.reachabilityFence(slice);
        }
    }
}
