package dev.ila.truth;

import dev.ila.data.Batch;
import dev.ila.data.Batches;
import dev.ila.data.Dataset;
import dev.ila.data.Example;
import dev.ila.model.LanguageModel;
import dev.ila.search.DeltaTheta;
import dev.ila.search.Session;
import dev.ila.torch.Change;
import dev.ila.torch.Masked;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * What a model with a change of its weights says, and how far with other masks it is from that.
 *
 * <p>Its copy of the change is on the device for as long as a call takes.
 *
 * @param session the model, its examples and their micro-batch
 * @param change Δθ
 */
record Teacher(Session session, DeltaTheta change) {
    /** The whole change, γ = 1. */
    float[] ones() {
        float[] gamma = new float[session.layers().size()];
        Arrays.fill(gamma, 1);
        return gamma;
    }

    /**
     * How far each mask is from the first one: the exact KL(first ‖ mask) of the next token, so
     * nothing here is by chance.
     *
     * @param masks γ, each one for each layer
     * @return mean over the held-out supervised tokens, in nats
     */
    double[] divergences(List<float[]> masks) {
        List<Batch> batches =
                Batches.inOrder(session.split().heldOut(), session.settings().data().microBatch());
        double tokens = batches.stream().mapToInt(b -> b.labels().length).sum();
        return onDevice(
                asked -> {
                    double[] means = new double[masks.size()];
                    for (Batch batch : batches) {
                        float[][] all = asked.divergences(batch, masks);
                        for (int m = 0; m < means.length; m++) {
                            for (float nats : all[m]) {
                                means[m] += nats / tokens;
                            }
                        }
                    }
                    return means;
                });
    }

    /**
     * Examples with what the teacher says where a token is supervised: drawn from its next token
     * after the text as it is in the data. The copies of an example draw from equal parts of its
     * probabilities, each once, so that together they are nearer to the teacher than as many draws
     * that know nothing of each other.
     *
     * @param copies of each example to train on, each with draws of its own; one of each that is
     *     held out
     */
    Dataset.Split taught(Dataset.Split of, int copies, Random random) {
        return onDevice(
                asked -> {
                    float[] draws = draws(of.train(), random);
                    List<Example> train = new ArrayList<>();
                    for (int copy = 0; copy < copies; copy++) {
                        float turn = (float) copy / copies;
                        train.addAll(taught(asked, of.train(), draws, turn));
                    }
                    float[] once = draws(of.heldOut(), random);
                    return new Dataset.Split(train, taught(asked, of.heldOut(), once, 0));
                });
    }

    private static float[] draws(List<Example> examples, Random random) {
        float[] draws = new float[examples.stream().mapToInt(Example::supervisedTokens).sum()];
        for (int i = 0; i < draws.length; i++) {
            draws[i] = random.nextFloat();
        }
        return draws;
    }

    private List<Example> taught(Masked asked, List<Example> examples, float[] draws, float turn) {
        int rows = session.settings().data().microBatch();
        List<Example> out = new ArrayList<>();
        int next = 0;
        for (int from = 0; from < examples.size(); from += rows) {
            List<Example> some = examples.subList(from, Math.min(from + rows, examples.size()));
            Batch batch = Batch.of(some);
            float[] own = new float[batch.labels().length];
            for (int i = 0; i < own.length; i++) {
                own[i] = (draws[next++] + turn) % 1;
            }
            long[] said = asked.draw(batch, ones(), own);
            int at = 0;
            for (Example e : some) {
                int to = at + e.supervisedTokens();
                out.add(e.withLabels(Arrays.copyOfRange(said, at, to)));
                at = to;
            }
        }
        return out;
    }

    private <T> T onDevice(Function<Masked, T> work) {
        LanguageModel model = session.model();
        Change on = change.onto(model.network());
        try {
            return work.apply(model.network().masked(on));
        } finally {
            on.values().close();
        }
    }
}
