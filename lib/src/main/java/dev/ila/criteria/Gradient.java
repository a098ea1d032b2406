package dev.ila.criteria;

import dev.ila.data.Batch;
import dev.ila.data.Example;
import dev.ila.model.LanguageModel;
import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import dev.ila.search.Delta;
import dev.ila.search.DeltaTheta;
import dev.ila.search.Session;
import dev.ila.torch.Change;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Dimensions;
import dev.ila.torch.Network;
import java.util.Arrays;
import java.util.List;

/** What the loss says of a layer's change where stage 1 ended. */
public enum Gradient implements Criterion {
    /** The plain gradient that every search shows beside its mask, on the same batches. */
    GAIN("gain", "−∂L/∂γᵢ at γ = 1, the fall of the loss if Δθᵢ grew") {
        @Override
        public Scored rank(Subject subject) {
            try (Session session = subject.session()) {
                DeltaTheta change = subject.change();
                long examples = 0;
                long tokens = 0;
                for (Batch b : session.gainBatches()) {
                    examples += b.rows();
                    tokens += b.tokens();
                }
                List<LinearLayer> layers = change.changed();
                double[] values = new double[layers.size()];
                session.gain(change)
                        .scores()
                        .forEach(s -> values[layers.indexOf(s.layer())] = s.score());
                return Scored.of(this, layers, values, new Scored.Read(examples, tokens));
            }
        }
    },
    /**
     * Empirical Fisher information of the numbers of Δθᵢ (LoRA's factors, or the difference): the
     * diagonal, summed over the layer. Of each conversation the loss is its mean over supervised
     * tokens.
     */
    FISHER("fisher", "Σ over Δθᵢ's numbers of the mean over conversations of (∂L/∂x)²") {
        @Override
        public boolean fits(Subject.Given given) {
            // LISA changes more than the layers.
            return given.run().isPresent()
                    && given.data().isPresent()
                    && given.settings().map(s -> !(s.delta() instanceof Delta.Lisa)).orElse(true);
        }

        @Override
        public Scored rank(Subject subject) {
            List<Example> examples = subject.examples();
            DeltaTheta delta = subject.change();
            List<LinearLayer> layers = delta.changed();
            try (LanguageModel model = subject.load()) {
                double[] sums =
                        squares(model.network(), delta.onto(model.network()), examples, subject);
                double[] values = layers.stream().mapToDouble(l -> sums[l.index()]).toArray();
                return Scored.of(this, layers, values, read(examples));
            }
        }
    };

    private final String key;
    private final String formula;

    Gradient(String key, String formula) {
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
        return Need.RUN;
    }

    static Scored.Read read(List<Example> examples) {
        return new Scored.Read(examples.size(), examples.stream().mapToLong(Example::length).sum());
    }

    /** One for each layer of the model. */
    private static double[] squares(
            Network network, Change change, List<Example> examples, Subject subject) {
        Require.that(
                !(change instanceof Change.Whole),
                "LISA's",
                "change of fisher",
                "LoRA's factors or a difference of the linear layers");
        Dimensions d = network.dimensions();
        float[] ones = new float[d.layers()];
        Arrays.fill(ones, 1);
        double[] sums = new double[d.layers()];
        int[] starts = new int[sums.length + 1];
        Arrays.setAll(starts, i -> Math.toIntExact(change.start(d, i)));
        try (DeviceVector gradient = network.vector(new float[change.values().size()])) {
            subject.progress().begin(FISHER, examples.size());
            for (int e = 0; e < examples.size(); e++) {
                gradient.zero();
                double weight = 1.0 / examples.get(e).supervisedTokens();
                Batch one = Batch.of(examples.subList(e, e + 1));
                network.step(one, change, ones, Network.Want.CHANGE_GRADIENT, gradient, weight);
                float[] g = gradient.values();
                for (int layer = 0; layer < sums.length; layer++) {
                    double sum = 0;
                    for (int i = starts[layer]; i < starts[layer + 1]; i++) {
                        sum += (double) g[i] * g[i];
                    }
                    sums[layer] += sum / examples.size();
                }
                subject.progress().done(e + 1);
            }
        }
        return sums;
    }
}
