package dev.ila.train;

import dev.ila.data.Batch;
import dev.ila.data.Example;
import dev.ila.model.LanguageModel;
import dev.ila.search.Ila;
import dev.ila.torch.AdamW;
import dev.ila.torch.Change;
import dev.ila.torch.DeviceVector;
import dev.ila.train.Schedule.Shape;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** Short trainings of either stage on the committed model, from PEFT's adapter. */
final class Training implements AutoCloseable {
    /** A small step, without clipping or evaluations. */
    static final AdamW.Settings PLAIN = AdamW.Settings.defaults().withMaxNorm(0);

    final LanguageModel model = Fixture.model();
    final Change.Factors change = Fixture.factors(model, Fixture.resource("parity/final"));
    final float[] start = change.values().values();
    final List<List<Example>> steps = Fixture.steps();

    static Trainer.Settings settings(int stage, int steps, AdamW.Settings optimizer) {
        Schedule schedule = new Schedule(1e-3, 0, Shape.CONSTANT, steps);
        return new Trainer.Settings(stage, schedule, optimizer, 0, Optional.empty());
    }

    /** Where a training ended. */
    record End(float[] values, History history) {
        double loss() {
            return history.steps().get(history.steps().size() - 1).loss();
        }

        double[] losses() {
            return history.steps().stream().mapToDouble(History.Step::loss).toArray();
        }
    }

    /** Stage 1 from the adapter on. */
    End stage1(Trainer.Settings settings, int micro) {
        return stage1(settings, micro, State.start(1, start, new History(List.of())), p -> {});
    }

    End stage1(Trainer.Settings settings, int micro, State from, Trainer.Listener listener) {
        Trainer trainer =
                new Trainer(model.network(), Ila.stage1(model.network(), change), settings);
        List<Batch> heldOut = Fixture.batches(steps.get(100), 2);
        History history = trainer.run(batches(micro), heldOut, from, listener);
        return new End(change.values().values(), history);
    }

    /** Stage 2 with the adapter. */
    End stage2(Trainer.Settings settings, double sparsity) {
        float[] s = Ila.MaskSettings.defaults().initial(model.layers().size());
        return stage2(settings, sparsity, State.start(2, s, new History(List.of())), p -> {});
    }

    End stage2(Trainer.Settings settings, double sparsity, State from, Trainer.Listener listener) {
        Ila.MaskSettings mask = new Ila.MaskSettings(4, 0.01, 128, sparsity);
        change.values().set(start);
        try (DeviceVector s = model.network().vector(from.values())) {
            Trainer trainer = new Trainer(model.network(), Ila.stage2(change, s, mask), settings);
            History history = trainer.run(batches(4), List.of(), from, listener);
            return new End(s.values(), history);
        }
    }

    IntFunction<List<Batch>> batches(int micro) {
        return step -> Fixture.batches(steps.get(step - 1), micro);
    }

    /** Logits of the model without its change. */
    float[] base() {
        Batch b = Fixture.batches(steps.get(0), 4).get(0);
        Change none = Change.none(model.network());
        float[] gamma = new float[model.layers().size()];
        return model.network().logits(b.ids(), b.rows(), b.positions(), none, gamma);
    }

    @Override
    public void close() {
        model.close();
    }
}
