package dev.ila.truth;

import dev.ila.eval.HeldOut;
import dev.ila.model.LinearLayer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Losses that are known: each layer that is kept takes its own share of nats from every token, and
 * each conversation has a luck of its own with each layer.
 */
final class AdditiveLosses {
    static final double NONE = 3;

    final List<LinearLayer> layers;
    final double[] worth;
    private final int[] tokens;
    private final double[][] luck;

    /**
     * Of so many layers and conversations.
     *
     * @param luck standard deviation of a layer's worth between conversations, in nats
     */
    AdditiveLosses(int layers, int conversations, double luck) {
        Random random = new Random(4);
        this.layers = new ArrayList<>();
        this.worth = new double[layers];
        this.luck = new double[conversations][layers];
        this.tokens = new int[conversations];
        for (int i = 0; i < layers; i++) {
            this.layers.add(
                    new LinearLayer(i, "b" + i / 7 + ".p" + i % 7, i / 7, "p" + i % 7, 4, 4));
            worth[i] = 0.01 * (i + 1);
        }
        for (int c = 0; c < conversations; c++) {
            tokens[c] = 5 + random.nextInt(20);
            for (int i = 0; i < layers; i++) {
                this.luck[c][i] = luck * random.nextGaussian();
            }
        }
    }

    MaskedLosses of(List<List<Subset>> groups) {
        Map<String, HeldOut> all = new LinkedHashMap<>();
        groups.forEach(g -> g.forEach(s -> all.put(s.name(), of(s))));
        return new MaskedLosses(all);
    }

    private HeldOut of(Subset set) {
        List<HeldOut.Loss> losses = new ArrayList<>();
        for (int c = 0; c < tokens.length; c++) {
            double loss = NONE;
            for (int layer : set.kept()) {
                loss -= worth[layer] + luck[c][layer];
            }
            losses.add(new HeldOut.Loss(loss * tokens[c], tokens[c]));
        }
        return new HeldOut(losses);
    }
}
