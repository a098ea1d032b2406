package dev.ila.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Cosines and sines of the rotary embedding on the device, for as many positions as were needed.
 */
final class RotaryTables {
    private final List<float[]> frequencies;
    private final Program program;
    private final Compute compute;
    private final List<NDArray> tables = new ArrayList<>();
    private int positions;

    /** Of frequencies in radians per position, each [headSize / 2]. */
    RotaryTables(List<float[]> frequencies, Program program, Compute compute) {
        this.frequencies = frequencies.stream().map(float[]::clone).toList();
        this.program = program;
        this.compute = compute;
    }

    /** Cosines and sines of each, [length or more, headSize / 2], in the type of products. */
    List<NDArray> upTo(int length) {
        if (length > positions) {
            positions = Math.max(length, 2 * positions);
            tables.forEach(NDArray::close);
            tables.clear();
            frequencies.forEach(this::make);
        }
        return tables;
    }

    private void make(float... of) {
        int half = of.length;
        float[] cos = new float[positions * half];
        float[] sin = new float[positions * half];
        for (int t = 0; t < positions; t++) {
            for (int j = 0; j < half; j++) {
                float angle = t * of[j];
                cos[t * half + j] = (float) Math.cos(angle);
                sin[t * half + j] = (float) Math.sin(angle);
            }
        }
        for (float[] table : List.of(cos, sin)) {
            try (NDManager step = program.manager().newSubManager()) {
                NDArray f32 = step.create(table, new Shape(positions, half));
                NDArray type = Program.longs(step, compute.products().code());
                Program.Arguments a = new Program.Arguments().add(f32).add(type);
                NDArray x = program.call(step, "to_compute", a);
                x.attach(program.manager());
                tables.add(x);
            }
        }
    }
}
