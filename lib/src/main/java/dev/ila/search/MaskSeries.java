package dev.ila.search;

import dev.ila.data.Batch;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import dev.ila.torch.Change;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network;
import dev.ila.torch.Network.Want;
import dev.ila.train.History;
import dev.ila.train.Trainable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Masks of several sparsities, learned one after another from the same start on the same batches:
 * one training, which goes on where it was stopped. The optimizer begins anew with each.
 */
final class MaskSeries implements Trainable {
    private final Network network;
    private final Ila.MaskSettings how;
    private final List<Trainable> masks;
    private final DeviceVector logits;
    private final float[] start;

    /** What has been learned, but for the last: its logits stay where they are. */
    private final List<DeviceVector> learned;

    private int now;

    /** Before its first step. */
    MaskSeries(Network network, Change change, Ila.MaskSettings how) {
        this.network = network;
        this.how = how;
        this.start = how.initial(network.dimensions().layers());
        this.logits = network.vector(start);
        this.masks = how.each().stream().map(one -> Ila.stage2(change, logits, one)).toList();
        this.learned = how.others().stream().map(other -> network.zeros(start.length)).toList();
    }

    @Override
    public DeviceVector values() {
        return logits;
    }

    /**
     * The mask that was asked for, or the best of several, when all have been learned.
     *
     * @param layers with a Δθᵢ
     * @param history of all masks
     * @param unseen conversations to choose by
     */
    LearnedMask best(List<LinearLayer> layers, History history, List<Batch> unseen) {
        List<Ranking> rankings = new ArrayList<>();
        learned.forEach(s -> rankings.add(Ila.rank(layers, s.values())));
        rankings.add(Ila.rank(layers, logits.values()));
        Optional<Sparsity.Choice> choice =
                rankings.size() > 1
                        ? Optional.of(Sparsity.choose(network, change(), rankings, unseen))
                        : Optional.empty();
        int best = choice.map(Sparsity.Choice::best).orElse(0);
        History own = history.part(2, best * how.steps(), how.steps());
        return new LearnedMask(rankings.get(best), own, how.each().get(best).sparsity(), choice);
    }

    @Override
    public List<DeviceVector> means() {
        return learned;
    }

    @Override
    public Change change() {
        return masks.get(now).change();
    }

    @Override
    public float[] gamma() {
        return masks.get(now).gamma();
    }

    @Override
    public Want want() {
        return masks.get(now).want();
    }

    @Override
    public void finish(DeviceVector gradient) {
        masks.get(now).finish(gradient);
    }

    @Override
    public int since(int step) {
        return (step - 1) / how.steps() * how.steps();
    }

    @Override
    public void begin(int made) {
        now = Math.min(made / how.steps(), masks.size() - 1);
    }

    @Override
    public void stepped(int made, DeviceVector gradient) {
        if (made % how.steps() == 0 && now < learned.size()) {
            learned.get(now).set(logits.values());
            logits.set(start);
            now++;
        }
    }

    @Override
    public void close() {
        learned.forEach(DeviceVector::close);
        logits.close();
    }
}
