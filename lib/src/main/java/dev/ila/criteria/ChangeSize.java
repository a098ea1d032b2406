package dev.ila.criteria;

import dev.ila.model.LinearLayer;
import dev.ila.search.DeltaTheta;
import java.util.List;

/** How much fine-tuning has changed a layer, by the Frobenius norm of Δθᵢ. */
public enum ChangeSize implements Criterion {
    /** ‖Δθᵢ‖, which grows with the matrix. */
    NORM("norm", "‖Δθᵢ‖, Frobenius"),
    /** ‖Δθᵢ‖ / ‖θ₀ᵢ‖. */
    RELATIVE("relative", "‖Δθᵢ‖ / ‖θ₀ᵢ‖, Frobenius");

    private final String key;
    private final String formula;

    ChangeSize(String key, String formula) {
        this.key = key;
        this.formula = formula;
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public String formula() {
        return formula;
    }

    @Override
    public Need need() {
        return Need.CHANGE;
    }

    @Override
    public Scored rank(Subject subject) {
        DeltaTheta change = subject.change();
        List<LinearLayer> layers = change.changed();
        double[] values = new double[layers.size()];
        for (int i = 0; i < values.length; i++) {
            LinearLayer layer = layers.get(i);
            values[i] = norm(change.matrix(layer));
            if (this == RELATIVE) {
                values[i] /= norm(subject.weight(layer));
            }
        }
        return Scored.of(this, layers, values, Scored.Read.NOTHING);
    }

    private static double norm(double[]... matrix) {
        double sum = 0;
        for (double[] row : matrix) {
            for (double x : row) {
                sum += x * x;
            }
        }
        return Math.sqrt(sum);
    }

    private static double norm(float... matrix) {
        double sum = 0;
        for (float x : matrix) {
            sum += (double) x * x;
        }
        return Math.sqrt(sum);
    }
}
