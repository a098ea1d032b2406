package dev.ila.search;

import dev.ila.data.Batch;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import dev.ila.torch.Change;
import dev.ila.torch.Network;
import dev.ila.train.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The sparsity of a mask, chosen among several: the one whose most important 75 % of the layers
 * alone have the lowest loss on conversations that no mask was trained on.
 */
public final class Sparsity {
    /** What remains where the least important quarter is frozen, as in the paper. */
    private static final double SHARE = 0.75;

    /** Of the masks that fall, a share that says that they fall by the pull and not by the loss. */
    private static final double MOSTLY = 0.9;

    private Sparsity() {}

    /**
     * What was chosen.
     *
     * @param best its place among the masks
     * @param losses of each, in nats per supervised token
     */
    public record Choice(int best, List<Double> losses) {
        /** Takes a copy. */
        public Choice {
            losses = List.copyOf(losses);
        }
    }

    /** Chooses among the rankings of several masks; of equal ones the first. */
    public static Choice choose(
            Network network, Change change, List<Ranking> rankings, List<Batch> unseen) {
        List<Double> losses = new ArrayList<>();
        int best = 0;
        for (Ranking ranking : rankings) {
            float[] gamma = new float[network.dimensions().layers()];
            ranking.top(ranking.count(SHARE)).forEach(l -> gamma[l.index()] = 1);
            losses.add(Trainer.loss(network, change, gamma, unseen));
            int last = losses.size() - 1;
            // Other than <, this puts what is not a number last.
            best = Double.compare(losses.get(last), losses.get(best)) < 0 ? last : best;
        }
        Require.that(
                Double.isFinite(losses.get(best)),
                losses,
                "losses to choose a sparsity by",
                "finite for one mask at least");
        return new Choice(best, losses);
    }

    /**
     * A warning, if it is due: that the pull decides which masks fall, where the loss would have
     * {@value #MOSTLY} of them or more rise, or that it makes all masks fall.
     *
     * @param ranking by a mask
     * @param gain −∂L/∂γ at γ = 1, by layer of the model
     * @param how it was learned
     */
    public static Optional<String> decides(Ranking ranking, double[] gain, Ila.MaskSettings how) {
        List<LayerScore> fell =
                ranking.scores().stream().filter(s -> s.logit() < how.start()).toList();
        long turned = fell.stream().filter(s -> gain[s.layer().index()] > 0).count();
        if (how.sparsity() == 0 || turned == 0) {
            return Optional.empty();
        }
        if (turned == fell.size()) {
            return Optional.of(
                    "the pull alone decides which masks fall: the loss would have all %d rise"
                            .formatted(turned));
        }
        if (fell.size() == ranking.size()) {
            return Optional.of(
                    "the pull alone decides that masks fall, which all do: the loss would have %d of %d rise"
                            .formatted(turned, fell.size()));
        }
        return turned < MOSTLY * fell.size()
                ? Optional.empty()
                : Optional.of(
                        "the pull decides which masks fall: of %d that do the loss would have %d rise"
                                .formatted(fell.size(), turned));
    }

    /** What was chosen, among what, in a sentence. */
    static String sentence(Choice choice, Ila.MaskSettings how) {
        List<String> others = new ArrayList<>();
        for (int i = 0; i < choice.losses().size(); i++) {
            others.add(said(choice.losses().get(i), how.each().get(i)));
        }
        double chosen = how.each().get(choice.best()).sparsity();
        boolean last = how.each().stream().allMatch(h -> h.sparsity() <= chosen);
        return "Sparsity %s was chosen: the top %.0f %% of layers alone have the lowest held-out loss, %s.%s"
                .formatted(
                        chosen,
                        100 * SHARE,
                        String.join(", ", others),
                        last ? " It is the largest that was tried." : "");
    }

    private static String said(double loss, Ila.MaskSettings by) {
        return String.format(Locale.ROOT, "%.4f with %s", loss, by.sparsity());
    }
}
