package dev.ila.criteria;

import dev.ila.data.Batch;
import dev.ila.data.Batches;
import dev.ila.data.Example;
import dev.ila.model.LanguageModel;
import dev.ila.model.LinearLayer;
import dev.ila.torch.Change;
import java.util.List;

/**
 * ShortGPT's Block Influence (arXiv 2403.03853): how far a block of θ₀ turns what goes through it,
 * 1 − the cosine of its input and its output, in the mean over all tokens. The layers of a block
 * have its value, and are equal.
 */
public record Blocks() implements Criterion {
    /** Conversations that are read side by side. */
    private static final int AT_ONCE = 8;

    @Override
    public String key() {
        return "influence";
    }

    @Override
    public String formula() {
        return "1 − cos(input, output) of the layer's block, mean over tokens";
    }

    @Override
    public Need need() {
        return Need.DATA;
    }

    @Override
    public Scored rank(Subject subject) {
        List<Example> examples = subject.examples();
        List<LinearLayer> layers = subject.layers();
        Scored.Read read = Gradient.read(examples);
        double[] sums = new double[layers.get(layers.size() - 1).block() + 1];
        try (LanguageModel model = subject.load()) {
            Change none = Change.none(model.network());
            int done = 0;
            subject.progress().begin(this, examples.size());
            for (Batch batch : Batches.inOrder(examples, AT_ONCE)) {
                float[] turned = model.network().turned(batch, none);
                for (int block = 0; block < sums.length; block++) {
                    sums[block] += turned[block] / read.tokens();
                }
                done += batch.rows();
                subject.progress().done(done);
            }
        }
        double[] values = layers.stream().mapToDouble(l -> sums[l.block()]).toArray();
        return Scored.of(this, layers, values, read);
    }
}
