package dev.ila.criteria;

import dev.ila.model.LinearLayer;
import dev.ila.torch.SingularValues;
import java.util.List;

/** What the singular values s₁ ≥ s₂ ≥ … of a layer's weights θ₀ᵢ say; no data is read. */
public enum Spectral implements Criterion {
    /**
     * KappaTune's condition number (arXiv 2506.16289), the lowest first, as PEFT's {@code
     * find_kappa_target_modules} has it.
     */
    KAPPA("kappa", "κ = s₁ / (sₙ + 1e-8) of θ₀ᵢ, the lowest first") {
        @Override
        double value(LinearLayer layer, float... s) {
            return s[0] / (s[s.length - 1] + 1e-8f);
        }

        @Override
        double[] scores(List<LinearLayer> layers, double... values) {
            double[] scores = values.clone();
            for (int i = 0; i < scores.length; i++) {
                scores[i] = -values[i];
            }
            return scores;
        }
    },
    /**
     * Spectrum's signal-to-noise ratio (arXiv 2406.06623): the sum of the singular values above
     * Marchenko and Pastur's threshold over the sum of the others, over s₁. The threshold is σ(1 +
     * √β), with β the smaller side over the larger and σ the distance of the quartiles of all s
     * over 1.349. Layers are ranked within their kind of projection: the score is the share of the
     * kind's layers that are below, an equal one counted half.
     */
    SPECTRUM("spectrum", "Σ(s > σ(1 + √β)) / Σ(other s) / s₁ of θ₀ᵢ, ranked within its kind") {
        @Override
        double value(LinearLayer layer, float... s) {
            int large = Math.max(layer.outputs(), layer.inputs());
            double threshold =
                    (quantile(s, 0.75) - quantile(s, 0.25))
                            / NORMAL_QUARTILES
                            * (1 + Math.sqrt((double) s.length / large));
            double signal = 0;
            double noise = 0;
            boolean any = false;
            for (float x : s) {
                signal += x > threshold ? x : 0;
                noise += x > threshold ? 0 : x;
                any |= x <= threshold;
            }
            // Without noise its authors divide by 1.
            return signal / (any ? noise : 1) / s[0];
        }

        @Override
        double[] scores(List<LinearLayer> layers, double... values) {
            double[] scores = new double[values.length];
            for (int i = 0; i < scores.length; i++) {
                int all = 0;
                double below = 0;
                for (int j = 0; j < scores.length; j++) {
                    if (layers.get(j).projection().equals(layers.get(i).projection())) {
                        all++;
                        below += values[j] < values[i] ? 1 : values[j] == values[i] ? 0.5 : 0;
                    }
                }
                scores[i] = below / all;
            }
            return scores;
        }
    };

    /** Distance of the quartiles of a normal distribution, in deviations. */
    private static final double NORMAL_QUARTILES = 1.349;

    private final String key;
    private final String formula;

    Spectral(String key, String formula) {
        this.key = key;
        this.formula = formula;
    }

    /** Of singular values, the largest first. */
    abstract double value(LinearLayer layer, float... s);

    abstract double[] scores(List<LinearLayer> layers, double... values);

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
        return Need.MODEL;
    }

    @Override
    public Scored rank(Subject subject) {
        List<LinearLayer> layers = subject.layers();
        double[] values = new double[layers.size()];
        subject.progress().begin(this, values.length);
        try (SingularValues torch = new SingularValues(subject.given().compute())) {
            for (int i = 0; i < values.length; i++) {
                LinearLayer l = layers.get(i);
                values[i] = value(l, torch.of(subject.weight(l), l.outputs(), l.inputs()));
                subject.progress().done(i + 1);
            }
        }
        return Scored.of(this, layers, values, scores(layers, values), Scored.Read.NOTHING);
    }

    /** Between two values in proportion, as NumPy and PyTorch have it. */
    private static double quantile(float[] descending, double q) {
        double place = (1 - q) * (descending.length - 1);
        int first = (int) place;
        int next = Math.min(first + 1, descending.length - 1);
        return descending[first] + (place - first) * (descending[next] - descending[first]);
    }
}
