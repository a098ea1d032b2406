package dev.ila.truth;

import dev.ila.delta.LoraLayout;
import dev.ila.model.LinearLayer;
import java.util.Random;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/** Singular values of LoRA's Δθᵢ = scale·B·A, and other Δθᵢ that have the same. */
final class Spectra {
    private Spectra() {}

    /**
     * The singular values that a layer's Δθᵢ has, those that can be above zero.
     *
     * @param values LoRA's factors, laid out by {@code layout}
     * @return [rank], the largest first
     */
    static double[] of(LoraLayout layout, LinearLayer layer, float... values) {
        int i = layer.index();
        int rank = layout.rank(i);
        RealMatrix a = new Array2DRowRealMatrix(layer.inputs(), rank);
        RealMatrix b = new Array2DRowRealMatrix(layer.outputs(), rank);
        for (int k = 0; k < rank; k++) {
            for (int column = 0; column < layer.inputs(); column++) {
                a.setEntry(column, k, values[layout.offsetA(i) + k * layer.inputs() + column]);
            }
            for (int row = 0; row < layer.outputs(); row++) {
                b.setEntry(row, k, values[layout.offsetB(i) + row * rank + k]);
            }
        }
        RealMatrix small = triangle(b).multiply(triangle(a).transpose());
        return new SingularValueDecomposition(small.scalarMultiply(layout.scale(i)))
                .getSingularValues();
    }

    /**
     * Writes factors with these singular values and random singular vectors, evenly distributed
     * over all orthonormal ones; each of both factors has the roots of the values.
     *
     * @param spectrum [rank]
     * @param values LoRA's factors, in which those of the layer are written
     */
    static void write(
            LoraLayout layout,
            LinearLayer layer,
            double[] spectrum,
            Random random,
            float[] values) {
        int i = layer.index();
        RealMatrix right = orthonormal(layer.inputs(), spectrum.length, random);
        RealMatrix left = orthonormal(layer.outputs(), spectrum.length, random);
        for (int k = 0; k < spectrum.length; k++) {
            double root = Math.sqrt(spectrum[k] / layout.scale(i));
            for (int column = 0; column < layer.inputs(); column++) {
                values[layout.offsetA(i) + k * layer.inputs() + column] =
                        (float) (root * right.getEntry(column, k));
            }
            for (int row = 0; row < layer.outputs(); row++) {
                values[layout.offsetB(i) + row * spectrum.length + k] =
                        (float) (root * left.getEntry(row, k));
            }
        }
    }

    /** Multiplies a layer's Δθᵢ. */
    static void scale(LoraLayout layout, LinearLayer layer, double factor, float[] values) {
        int from = layout.offsetB(layer.index());
        int to = from + layout.rank(layer.index()) * layer.outputs();
        for (int at = from; at < to; at++) {
            values[at] = (float) (factor * values[at]);
        }
    }

    private static RealMatrix orthonormal(int rows, int columns, Random random) {
        RealMatrix gaussian = new Array2DRowRealMatrix(rows, columns);
        for (int k = 0; k < columns; k++) {
            for (int row = 0; row < rows; row++) {
                gaussian.setEntry(row, k, random.nextGaussian());
            }
        }
        // Of tall Gaussian matrices R is far from singular; Q itself would be rows × rows.
        return gaussian.multiply(MatrixUtils.inverse(triangle(gaussian)));
    }

    /** R of QR, [columns × columns]. */
    private static RealMatrix triangle(RealMatrix of) {
        int columns = of.getColumnDimension();
        return new QRDecomposition(of).getR().getSubMatrix(0, columns - 1, 0, columns - 1);
    }
}
