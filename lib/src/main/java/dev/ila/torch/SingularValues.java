package dev.ila.torch;

import ai.djl.ndarray.NDManager;
import dev.ila.run.Require;

/** Singular values of matrices, by PyTorch in f32. */
public final class SingularValues implements AutoCloseable {
    private final Program program;

    /** Starts PyTorch, where that is not done. */
    public SingularValues(Compute compute) {
        Torch.start(compute.threads());
        program = new Program(compute);
    }

    /**
     * Singular values of a matrix.
     *
     * @param matrix [rows × columns], row by row
     * @return as many as the smaller of both, the largest first
     */
    public synchronized float[] of(float[] matrix, int rows, int columns) {
        Require.that(
                matrix.length == (long) rows * columns,
                matrix.length,
                "numbers of a matrix",
                rows + " × " + columns);
        try (NDManager step = program.manager().newSubManager()) {
            Program.Arguments a = new Program.Arguments();
            a.add(step.create(matrix).reshape(rows, columns));
            return program.call(step, "singular_values", a).toFloatArray();
        }
    }

    @Override
    public synchronized void close() {
        program.close();
    }
}
